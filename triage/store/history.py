"""The history of a case: appended by machine and people alike, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from triage.store.tables import case_events


def record(
    connection: Connection,
    case_id: int,
    at: datetime,
    *,
    action: str,
    actor: str = "machine",
    was: str = "",
    now_is: str = "",
    reason: str = "",
) -> None:
    """Append one line to the history of a case; lines are never changed."""
    connection.execute(
        case_events.insert(),
        {"case_id": case_id, "at": at, "actor": actor, "action": action, "was": was, "now": now_is, "reason": reason},
    )


def of_case(connection: Connection, case_id: int) -> list[Row[Any]]:
    """All lines of one case, oldest first."""
    query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.id)
    return list(connection.execute(query))
