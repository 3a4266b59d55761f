"""Signs of life of the processes, for `dengar doctor`."""

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from triage.store.tables import heartbeats


def beat(connection: Connection, process: str, now: datetime) -> None:
    """This process lives."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    alive = dialect.insert(heartbeats).values(process=process, at=now)
    connection.execute(alive.on_conflict_do_update(index_elements=["process"], set_={"at": now}))


def newest_by_kind(connection: Connection) -> dict[str, datetime]:
    """Kind of process -> when one of them last gave a sign of life. Names are ``kind`` or ``kind@host:pid``."""
    signs = connection.execute(select(heartbeats).order_by(heartbeats.c.at))
    return {name.partition("@")[0]: at for name, at in signs}


def purge(connection: Connection, before: datetime) -> None:
    """Forget processes that fell silent: each restart leaves a name that never comes back."""
    connection.execute(delete(heartbeats).where(heartbeats.c.at < before))
