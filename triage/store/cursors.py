"""Where each pulled source goes on. A cursor moves only together with the posts it stands for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triage.store.tables import cursors


def due(connection: Connection, now: datetime) -> list[str]:
    """Sources whose next look is due."""
    query = select(cursors.c.source).where(cursors.c.next_at <= now).order_by(cursors.c.next_at)
    return list(connection.execute(query).scalars())


def ensure(connection: Connection, source: str, now: datetime) -> None:
    """Start a source at the beginning, unless it is known."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"source": source, "position": "", "revision": 0, "next_at": now, "error": ""}
    connection.execute(dialect.insert(cursors).values(row).on_conflict_do_nothing())


def read(connection: Connection, source: str) -> Row[Any]:
    """The cursor of a source. Raises NoResultFound for one that was never ensured."""
    return connection.execute(select(cursors).where(cursors.c.source == source)).one()


def errors(connection: Connection) -> dict[str, str]:
    """Source -> why its last look failed; sources that work are not in it."""
    query = select(cursors.c.source, cursors.c.error).where(cursors.c.error != "").order_by(cursors.c.source)
    return dict(connection.execute(query).all())


def advance(
    connection: Connection, source: str, revision: int, *, position: str, next_at: datetime, error: str
) -> bool:
    """Move a cursor if nobody did since ``revision``. False if somebody did: drop what was fetched."""
    moved = (
        update(cursors)
        .where(cursors.c.source == source, cursors.c.revision == revision)
        .values(position=position, revision=revision + 1, next_at=next_at, error=error[:500])
    )
    return connection.execute(moved).rowcount == 1
