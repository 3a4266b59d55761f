"""A real PostgreSQL for the tests: a cluster of our own in a temporary folder, on a socket there."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

ACCOUNT = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this account."""


def binaries() -> Path | None:
    """Folder of initdb and postgres; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """A running server; hands out fresh databases, made by copying a migrated template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.template = "template1"
        """Database that fresh ones are copied from."""
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg://{ACCOUNT}@/{database}?host={self._folder}"

    def fresh(self) -> str:
        """Name of a new database, a copy of the template."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def answers(self) -> bool:
        """Whether the server takes connections."""
        with contextlib.suppress(psycopg.OperationalError):
            self._run("SELECT 1")
            return True
        return False

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self._folder), user=ACCOUNT, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running(bin_folder: Path) -> Iterator[Cluster]:
    """Start a cluster, stop and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dengar-pg-"))
    demote: dict[str, object] = {}
    if os.getuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
        demote = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [bin_folder / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
        check=True, capture_output=True, cwd=folder, **demote,
    )  # fmt: skip
    server = subprocess.Popen(
        [
            bin_folder / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
            "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=60",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **demote,
    )  # fmt: skip
    try:
        cluster = Cluster(folder)
        until = time.monotonic() + 30
        while not cluster.answers():
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)
        yield cluster
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
