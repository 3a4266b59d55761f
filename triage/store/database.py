"""The one place that knows how transactions begin on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL, not NORMAL: an accepted post survives a power cut, not only a killed process.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA cache_size=-32000",
)


class Database:
    """Transactions over one engine. Reads and writes are told apart, since SQLite must know at BEGIN."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        # A failing statement is logged without its values: they are texts of citizens and hashes of secrets.
        self.engine = create_engine(self.url, pool_pre_ping=not self.is_sqlite, hide_parameters=True)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._reader: Engine = self.engine
            self._writer: Engine = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        else:
            # PostgreSQL's default shows each statement of a transaction another state of the record.
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writer = self.engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that commits at the end, or not at all."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look at the record, however many statements it takes; never waits for a writer."""
        with self._reader.begin() as connection:
            yield connection

    def ping(self) -> None:
        """Ask for the one row that every migrated record has. Raises SQLAlchemyError when there is none to be had."""
        with self.read() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version")).one()

    def close(self) -> None:
        """Return all connections."""
        self.engine.dispose()


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # Autocommit in the driver, so that our own BEGIN decides (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN that reads and then writes fails with "database is locked" whatever the
    # timeout, once another writer came between; IMMEDIATE waits its turn.
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
