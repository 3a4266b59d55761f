"""A private installation in a temporary folder: the real processes, as on a person's machine.

``running`` is `dengar up`, with its supervisor; ``served`` the web process alone, with a worker
beside it or not; ``prepared`` the data without any process.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.support import redis_server
from triage.settings import Settings
from triage.store import migrate
from triage.store.posts import states
from triage.wiring import Services

DENGAR = (sys.executable, "-m", "api.cli")
START_LIMIT = 60.0
"""Seconds that processes get to come up."""

PASSWORD = "kata sandi uji"


@dataclass(frozen=True, slots=True)
class Installation:
    """Data, address and processes of one Dengar."""

    folder: Path
    services: Services
    """Over the same data, in this process: to prepare and to look."""
    environment: Mapping[str, str]
    address: str

    def command(self, *words: str) -> list[str]:
        """A command line of this installation; run it with ``environment``."""
        return [*DENGAR, *words]

    def add_key(self) -> str:
        """An API key that may write any source."""
        return self.services.people.add_key("bench", "", datetime.now(UTC))

    def states(self) -> dict[str, int]:
        """How many posts stand in each state or outcome."""
        with self.services.database.read() as connection:
            return states(connection)

    def pid(self, program: str) -> int:
        """Process id of a supervised program by the supervisor's own log; 0 while it does not run."""
        log = (self.folder / "log" / "supervisor.log").read_text(encoding="utf-8")
        events = re.findall(rf"spawned: '{program}-0' with pid (\d+)|exited: {program}-0 ()", log)
        return int(events[-1][0] or 0) if events else 0

    def kill(self, program: str) -> int:
        """End a supervised program without any warning; the supervisor starts it again. Returns which process."""
        wait_until(lambda: self.pid(program) > 0)
        pid = self.pid(program)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wipe_redis(self) -> None:
        """Take everything from Redis, disk and memory."""
        # Emptied first: the supervisor starts the next one at once, and it must find nothing.
        for path in (self.folder / "redis").iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.kill("redis")


@contextmanager
def running(*, workers: int = 1, **settings: str) -> Iterator[Installation]:
    """The whole of Dengar, started by `dengar up`. ``settings`` are DENGAR_* variables in lower case."""
    with prepared(**settings) as made:
        up = subprocess.Popen(
            made.command("up", "--port", made.address.rpartition(":")[2], "--workers", str(workers)),
            env=made.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with _ended(up):
            wait_until(lambda: _answers(made.address))
            yield made


@contextmanager
def served(*, worker: bool, **settings: str) -> Iterator[Installation]:
    """The web process over SQLite and a private Redis, with one triage worker beside it or none."""
    commands = [("web",), ("worker", "triage")] if worker else [("web",)]
    with contextlib.ExitStack() as stack:
        redis_url = stack.enter_context(redis_server.running())
        made = stack.enter_context(prepared(redis_url=redis_url, **settings))
        for words in commands:
            started = subprocess.Popen(made.command(*words), env=made.environment, stderr=subprocess.DEVNULL)
            stack.enter_context(_ended(started))
        wait_until(lambda: _answers(made.address))
        yield made


def wait_until(happened: Callable[[], bool], limit: float = START_LIMIT) -> None:
    """Wait; raises TimeoutError after ``limit`` seconds."""
    until = time.monotonic() + limit
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {limit:.0f} s in vain")
        time.sleep(0.02)


@contextmanager
def prepared(**settings: str) -> Iterator[Installation]:
    """A migrated data folder of our own, whatever DENGAR_* says outside."""
    folder = Path(tempfile.mkdtemp(prefix="dengar-bench-"))
    port = _free_port()
    given = {"data_dir": str(folder), "web_port": str(port), **settings}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DENGAR_")}
    environment = outside | {f"DENGAR_{name.upper()}": value for name, value in given.items()}
    # Every setting that could lead elsewhere is named: this process reads DENGAR_* too.
    services = Services(Settings(data_dir=folder, database_url="", redis_url=settings.get("redis_url", "")))
    try:
        migrate.upgrade(services.database)
        yield Installation(folder, services, environment, f"http://127.0.0.1:{port}")
    finally:
        services.database.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{address}/health", timeout=1.0).is_success
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
