"""Human truth about posts, beside what was held true before. Appended, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from triage.store.tables import labels


def append(
    connection: Connection,
    *,
    post_id: str,
    case_id: int,
    head: str,
    value: str,
    was: str,
    model: str,
    by: str,
    at: datetime,
) -> None:
    """Store one correction."""
    connection.execute(
        labels.insert(),
        {
            "post_id": post_id, "case_id": case_id, "head": head, "value": value,
            "was": was, "model": model, "by": by, "at": at,
        },
    )  # fmt: skip


def held(connection: Connection, post_id: str) -> dict[str, str]:
    """Head -> the newest label that a person gave this post."""
    query = select(labels.c.head, labels.c.value).where(labels.c.post_id == post_id).order_by(labels.c.id)
    return dict(connection.execute(query).all())


def of_case(connection: Connection, case_id: int) -> list[Row[Any]]:
    """All corrections made on a case, oldest first."""
    return list(connection.execute(select(labels).where(labels.c.case_id == case_id).order_by(labels.c.id)))
