"""Fixtures that every test may use: services over SQLite or PostgreSQL, real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres, redis_server, world
from triage.settings import Settings
from triage.store import migrate
from triage.store.database import Database
from triage.wiring import Services


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a temporary folder."""
    folder = tmp_path / "var"
    folder.mkdir()
    return Settings(data_dir=folder, secure_cookies=False)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Services over a migrated SQLite, with a reader of known words and without Redis."""
    made = world.quiet(Services(settings))
    migrate.upgrade(made.database)
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real redis-server, shared by the tests of one process."""
    with redis_server.running() as url:
        yield url


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A real PostgreSQL with a migrated database `migrated`; skips where it is not installed."""
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: `make services` as root, or your package manager")
    with postgres.running(folder) as cluster:
        name = cluster.fresh()
        database = Database(cluster.url(name))
        migrate.upgrade(database)
        database.close()
        cluster.template = name
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Services]:
    """Services like `services`, once over SQLite and once over PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("services")
        return
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    name = cluster.fresh()
    made = world.quiet(Services(settings.model_copy(update={"database_url": cluster.url(name)})))
    yield made
    made.database.close()
    cluster.drop(name)
