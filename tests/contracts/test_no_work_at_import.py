"""Importing does no work: no connection, no database, no process, no model, nothing written."""

import subprocess
import sys
import textwrap

from tests.contracts.repository import PACKAGES, ROOT, dotted, modules

SKIP = {
    "triage.store.migrations.env": "Alembic runs it inside a migration",
    "triage.store.migrations.versions.0001_first_tables": "Alembic loads it by its path",
}
TRAINING = {
    f"models.{name}"
    for name in ("adapt", "base", "embed", "export", "graph", "loop", "network", "publish", "tensors", "train")
}
"""They import torch, which asks the system for its libraries; no process that serves imports them."""

WATCH = """
    import importlib, os, sys, threading

    sys.dont_write_bytecode = True
    seen, inside = [], [""]

    def watch(event, args):
        if event in ("socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen", "os.fork"):
            seen.append(f"{inside[0]}: {event} {args!r}")
        if event == "open" and isinstance(args[0], str):
            path, flags = args[0], args[2]
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not path.startswith("/dev/")
            if writes or "/pretrained/" in path:
                seen.append(f"{inside[0]}: open {path}")

    sys.addaudithook(watch)
    for name in sys.argv[1:]:
        inside[0] = name
        importlib.import_module(name)
    seen += [f"thread {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
    print("\\n".join(seen))
"""


def imported(*names: str) -> str:
    """What happened while a fresh interpreter imported these modules; '' for nothing."""
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WATCH), *names], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_importing_does_no_work() -> None:
    names = [dotted(path) for path in modules() if path.name != "__main__.py"]
    assert {name.split(".")[0] for name in names} == set(PACKAGES)
    assert imported(*(name for name in names if name not in SKIP and name not in TRAINING)) == ""


def test_the_watch_can_see(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "busy.py").write_text("import sqlite3\nsqlite3.connect(':memory:')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "busy: sqlite3.connect" in imported("busy")
