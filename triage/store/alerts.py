"""Alarms and the notices that carry them out, both written with the case that caused them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triage.entities import URGENCIES
from triage.store import history
from triage.store.tables import alerts, cases, counters, notices


def raise_alert(
    connection: Connection,
    *,
    case_id: int,
    agency: str,
    urgency: str,
    reason: str,
    channels: Sequence[str],
    now: datetime,
) -> int:
    """Raise an alarm for a stored case, with one notice a channel. Returns its number."""
    number = _next_number(connection, "alerts")
    connection.execute(
        alerts.insert(),
        {
            "id": number,
            "case_id": case_id,
            "agency": agency,
            "urgency": URGENCIES.index(urgency),
            "reason": reason,
            "raised_at": now,
        },
    )
    connection.execute(
        notices.insert(),
        [
            {
                "alert_id": number, "channel": channel, "state": "pending", "due_at": now,
                "attempts": 0, "fence": 0, "outcome": "",
            }
            for channel in channels
        ],
    )  # fmt: skip
    history.record(connection, case_id, now, action="alert", now_is=str(number), reason=reason)
    return number


def alarmed(connection: Connection, case_id: int) -> int:
    """Rank of the highest urgency that an alarm was raised for; -1 for none."""
    highest = select(func.coalesce(func.max(alerts.c.urgency), -1)).where(alerts.c.case_id == case_id)
    return int(connection.execute(highest).scalar_one())


def _next_number(connection: Connection, name: str) -> int:
    """The next number from a locked row.

    Sequences hand out numbers before commit, so a reader with a cursor can pass one by that
    commits late. This row stays locked until commit: numbers appear in order, none is skipped.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    count = dialect.insert(counters).values(name=name, value=1)
    count = count.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    return int(connection.execute(count.returning(counters.c.value)).scalar_one())


newest_of_case = (
    select(func.max(alerts.c.id)).where(alerts.c.case_id == cases.c.id).correlate(cases).scalar_subquery()
)
"""Number of the newest alarm of the case in the same row of an outer query."""

_LINE = (
    alerts.c.id, alerts.c.case_id, alerts.c.urgency, alerts.c.reason, alerts.c.raised_at,
    alerts.c.acknowledged_at, alerts.c.acknowledged_by,
    cases.c.agency, cases.c.title, cases.c.topic, cases.c.place_name, cases.c.lat, cases.c.lon,
)  # fmt: skip


def after(connection: Connection, number: int, agency: str, limit: int) -> list[Row[Any]]:
    """Alarms above a number, in the order they were raised. ``agency`` '' means all of the city."""
    query = select(*_LINE).join_from(alerts, cases, cases.c.id == alerts.c.case_id).where(alerts.c.id > number)
    if agency:
        query = query.where(cases.c.agency == agency)
    return list(connection.execute(query.order_by(alerts.c.id).limit(limit)))


def newest(
    connection: Connection, agency: str, *, acknowledged: bool, before: int | None, limit: int
) -> list[Row[Any]]:
    """The newest alarm of each case, newest first, below the number ``before``."""
    query = select(*_LINE).join_from(alerts, cases, cases.c.id == alerts.c.case_id)
    query = query.where(_watched(agency, acknowledged=acknowledged))
    if before is not None:
        query = query.where(alerts.c.id < before)
    return list(connection.execute(query.order_by(alerts.c.id.desc()).limit(limit)))


def count_waiting(connection: Connection, agency: str) -> int:
    """Cases whose newest alarm nobody has acknowledged."""
    query = select(func.count()).select_from(alerts.join(cases, cases.c.id == alerts.c.case_id))
    return int(connection.execute(query.where(_watched(agency, acknowledged=False))).scalar_one())


def _watched(agency: str, *, acknowledged: bool) -> ColumnElement[bool]:
    here = alerts.c.id == newest_of_case
    if agency:
        here &= cases.c.agency == agency
    return here & (alerts.c.acknowledged_at.is_not(None) if acknowledged else alerts.c.acknowledged_at.is_(None))


def last_number(connection: Connection) -> int:
    """The highest alarm number given out, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(alerts.c.id), 0))).scalar_one())


def one(connection: Connection, number: int) -> Row[*tuple[Any, ...]] | None:
    """One alarm with the desk its case lies on now."""
    query = select(*_LINE).join_from(alerts, cases, cases.c.id == alerts.c.case_id).where(alerts.c.id == number)
    return connection.execute(query).one_or_none()


def acknowledge(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """Note who saw the alarm. False if someone had already."""
    seen = (
        update(alerts)
        .where(alerts.c.id == number, alerts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
        .returning(alerts.c.case_id)
    )
    case_id = connection.execute(seen).scalar_one_or_none()
    if case_id is not None:
        history.record(connection, case_id, now, action="acknowledge", actor=by, now_is=str(number))
    return case_id is not None


def take_due_notices(connection: Connection, now: datetime, lease: timedelta, limit: int) -> list[Row[Any]]:
    """Claim notices whose time has come; until ``lease`` has passed nobody else gets them."""
    due = (
        select(notices.c.id)
        .where(notices.c.state == "pending", notices.c.due_at <= now)
        .order_by(notices.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")  # see claims.claim
    )
    taken = (
        update(notices)
        .where(notices.c.id.in_(select(due.c.id)))
        .values(due_at=now + lease, fence=notices.c.fence + 1, attempts=notices.c.attempts + 1)
        .returning(notices.c.id, notices.c.alert_id, notices.c.channel, notices.c.fence, notices.c.attempts)
    )
    return list(connection.execute(taken))


def any_due_notice(connection: Connection, now: datetime) -> bool:
    """Whether a notice waits to go out."""
    query = select(notices.c.id).where(notices.c.state == "pending", notices.c.due_at <= now).limit(1)
    return connection.execute(query).first() is not None


def settle_notice(
    connection: Connection,
    notice: Row[Any],
    *,
    outcome: str,
    now: datetime,
    delivered: bool,
    retry_at: datetime | None,
) -> None:
    """Record what a channel answered: delivered, to be tried again, or given up."""
    state = "delivered" if delivered else ("pending" if retry_at else "failed")
    values: dict[str, Any] = {"state": state, "outcome": outcome[:500]}
    if delivered:
        values["delivered_at"] = now
    if retry_at:
        values["due_at"] = retry_at
    connection.execute(
        update(notices).where(notices.c.id == notice.id, notices.c.fence == notice.fence).values(values)
    )


def notices_of(connection: Connection, number: int) -> list[Row[Any]]:
    """What became of the notices of one alarm."""
    return list(connection.execute(select(notices).where(notices.c.alert_id == number).order_by(notices.c.id)))
