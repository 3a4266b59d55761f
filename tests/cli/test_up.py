"""`dengar up --demo` from the first command to the last: starts, takes posts, survives kills, stops."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from triage.settings import Settings
from triage.store import posts
from triage.store.database import Database

DENGAR = Path(sys.executable).with_name("dengar")


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def children(parent: int) -> dict[int, str]:
    """Process id -> command line of the living children of a process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, ppid = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(ppid) == parent and state != "Z":
                found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
    return found


def child(parent: int, command: str) -> int:
    """Id of the child whose command line ends like this; 0 if there is none."""
    return next((pid for pid, line in children(parent).items() if line.endswith(command)), 0)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: Redis's socket lies in it."""
    name = tempfile.mkdtemp(prefix="dengar-up-")
    yield Path(name)
    shutil.rmtree(name)


def start(folder: Path, *options: str) -> "subprocess.Popen[str]":
    environment = os.environ | {"DENGAR_DATA_DIR": str(folder), "COLUMNS": "200"}
    return subprocess.Popen(
        [DENGAR, "up", *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def decided(folder: Path) -> int:
    """How many posts were decided."""
    database = Database(Settings(data_dir=folder).database)
    with database.read() as connection:
        counts = posts.states(connection)
    database.close()
    return sum(number for state, number in counts.items() if state not in ("pending", "leased"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
def test_the_demo_from_start_to_end(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    up = start(folder, "--demo", "--port", str(port))
    supervisor, family = 0, {}
    try:
        until(lambda: healthy(port))
        supervisor = child(up.pid, "supervisor.conf")
        family = children(supervisor)
        assert len(family) == 6, family
        until(lambda: decided(folder) >= 1)

        second = start(folder, "--demo")
        refusal, _none = second.communicate(timeout=20)
        assert second.returncode == 1
        assert f"already runs over {folder} (process {supervisor})" in refusal

        for command in ("api.cli web", "worker triage"):
            victim = child(supervisor, command)
            os.kill(victim, signal.SIGKILL)
            until(lambda pid=victim, ends=command: child(supervisor, ends) not in (0, pid))
        before = decided(folder)
        until(lambda: healthy(port))
        until(lambda: decided(folder) > before)

        family |= children(supervisor)
        up.send_signal(signal.SIGINT)
        said, _none = up.communicate(timeout=20)
        assert up.returncode == 0
        assert f"http://127.0.0.1:{port}" in said
        assert "API key  dgr_" in said
        assert "Traceback" not in said
        assert [line for pid, line in family.items() if not gone(pid)] == []
        assert gone(supervisor)
    finally:
        up.terminate()
        up.wait(60)
        for pid in (supervisor, *family):
            if pid and not gone(pid):
                os.kill(pid, signal.SIGKILL)


def healthy(port: int) -> bool:
    """Whether the web process answers."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
