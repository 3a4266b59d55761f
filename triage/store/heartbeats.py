"""Signs of life of the processes, for `dengar doctor`."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from triage.store.tables import heartbeats


def beat(connection: Connection, process: str, now: datetime) -> None:
    """This process lives."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    alive = dialect.insert(heartbeats).values(process=process, at=now)
    connection.execute(alive.on_conflict_do_update(index_elements=["process"], set_={"at": now}))


def last(connection: Connection) -> dict[str, datetime]:
    """Process -> when it last gave a sign of life."""
    return dict(connection.execute(select(heartbeats)).all())
