"""Human truth about posts, beside what was held true before. Appended, never changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, select

from triage.store.tables import labels, post_versions, posts, predictions

CHUNK = 500
"""Rows fetched at once: an archive of labels need not fit into memory."""


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


# A label speaks of the text its author read: after an edit it teaches nothing about the new one.
_edited_since = exists().where(post_versions.c.post_id == labels.c.post_id, post_versions.c.replaced_at > labels.c.at)
_teaches = and_(posts.c.deleted_at.is_(None), ~_edited_since)


def count_taught(connection: Connection) -> int:
    """How many posts ``taught`` tells of."""
    query = select(func.count(labels.c.post_id.distinct())).join(posts, posts.c.id == labels.c.post_id)
    return connection.execute(query.where(_teaches)).scalar_one()


def taught(connection: Connection) -> Iterable[Row[Any]]:
    """Every label of a post as it stands now, with its redacted text and what the machine said of it last.

    The machine's words are None where it said nothing. Grouped by post; of one post, the oldest label
    first. Deleted posts are out.
    """
    newest_first = func.row_number().over(
        partition_by=(predictions.c.post_id, predictions.c.version), order_by=predictions.c.created_at.desc()
    )
    said = select(predictions, newest_first.label("age")).subquery("said")
    of_this_text = and_(said.c.post_id == posts.c.id, said.c.version == posts.c.version, said.c.age == 1)
    query = (
        select(
            labels.c.post_id, labels.c.case_id, labels.c.head, labels.c.value, posts.c.text,
            said.c.intent, said.c.topic, said.c.urgency, said.c.sentiment,
        )
        .join_from(labels, posts, posts.c.id == labels.c.post_id)
        .outerjoin(said, of_this_text)
        .where(_teaches)
        .order_by(labels.c.post_id, labels.c.id)
    )  # fmt: skip
    return connection.execute(query, execution_options={"yield_per": CHUNK})
