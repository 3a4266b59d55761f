"""Migrations make exactly the declared tables, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from tests.support.postgres import Cluster
from tests.support.record import everything
from tests.support.world import take_in
from triage.errors import NotMigrated
from triage.store import migrate
from triage.store.database import Database
from triage.store.tables import metadata
from triage.wiring import Services


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    migrated, cluster.template = cluster.template, "template1"
    name = cluster.fresh()
    cluster.template = migrated
    database = Database(cluster.url(name))
    yield database
    database.close()
    cluster.drop(name)


def test_migrations_make_the_declared_tables(empty: Database) -> None:
    migrate.upgrade(empty)
    assert migrate.differences(empty) == []
    assert set(inspect(empty.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_comparison_can_fail(empty: Database) -> None:
    assert len(migrate.differences(empty)) >= len(metadata.tables)
    migrate.upgrade(empty)
    with empty.write() as connection:
        connection.exec_driver_sql("DROP TABLE notices")
    assert any("notices" in difference for difference in migrate.differences(empty))


def test_an_empty_database_is_told_to_migrate(empty: Database) -> None:
    with pytest.raises(NotMigrated, match="none") as refused:
        migrate.require_current(empty)
    assert "dengar migrate" in refused.value.remedy
    migrate.upgrade(empty)
    migrate.require_current(empty)


def test_migrating_twice_changes_nothing(stored: Services) -> None:
    take_in(stored, "lampu mati")
    before = everything(stored)
    migrate.upgrade(stored.database)
    migrate.upgrade(stored.database)
    assert everything(stored) == before
    migrate.require_current(stored.database)
