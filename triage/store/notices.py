"""Notices that did not go out: what `dengar doctor` shows and `dengar retry` sends again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from triage.store.tables import alerts, notices


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many notices are stuck."""

    given_up: int
    """Tried for the last time, in vain."""
    late: int
    """Still tried, or waiting for somebody to try."""


def stuck(connection: Connection, channels: Sequence[str], raised_before: datetime) -> Stuck:
    """Count notices of ``channels`` that were given up, or wait though their alarm was raised before a moment."""
    query = (
        select(
            func.count().filter(notices.c.state == "failed"),
            func.count().filter(notices.c.state == "pending", alerts.c.raised_at < raised_before),
        )
        .join_from(notices, alerts, alerts.c.id == notices.c.alert_id)
        .where(notices.c.state.in_(("failed", "pending")), notices.c.channel.in_(channels))
    )
    return Stuck(*connection.execute(query).one())


def retry(connection: Connection, now: datetime) -> int:
    """Let notices that were given up go out again, as if never tried. Returns how many."""
    given_up = update(notices).where(notices.c.state == "failed").values(state="pending", attempts=0, due_at=now)
    return connection.execute(given_up).rowcount
