"""Posts as they come in: rows unique by (source, external_id), edits as versions, deletions as tombstones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triage.store.tables import post_versions, posts, predictions

CHUNK = 500
"""Ids in one IN list: well below the parameter limits of both databases."""

Row = dict[str, Any]
"""Column name -> value of one row of ``posts``; built only by triage.intake."""


def store(connection: Connection, rows: Sequence[Row], token: str, now: datetime) -> tuple[int, int]:
    """Add rows whose id is new, append a version where the content changed.

    ``rows`` carry every column of ``posts``, have distinct ids and the same ``intake`` token.
    Returns (added, edited). Safe against concurrent writers of the same ids: the insert
    decides who was first, and the rows are locked before they are compared.
    """
    if not rows:
        return 0, 0
    ordered = sorted(rows, key=lambda row: row["id"])  # one lock order for all writers: no deadlock
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(posts).on_conflict_do_nothing(), ordered)
    added, changed = 0, []
    by_id = {row["id"]: row for row in ordered}
    for stored in _lock(connection, list(by_id)):
        row = by_id[stored.id]
        if stored.intake == token:
            added += 1
        elif stored.content_hash != row["content_hash"] and stored.deleted_at is None:
            changed.append(row)
    if changed:
        _append_versions(connection, changed, now)
    return added, len(changed)


def _lock(connection: Connection, ids: list[str]) -> list[Any]:
    found: list[Any] = []
    columns = (posts.c.id, posts.c.intake, posts.c.content_hash, posts.c.deleted_at)
    for start in range(0, len(ids), CHUNK):
        query = select(*columns).where(posts.c.id.in_(ids[start : start + CHUNK])).order_by(posts.c.id)
        found += connection.execute(query.with_for_update()).all()
    return found


EDITABLE = (
    "content_hash",
    "text",
    "text_hash",
    "sealed",
    "url",
    "place_hint",
    "lat",
    "lon",
    "alarm_score",
)
"""Columns that an edit at the source replaces; identity and first arrival stay."""


def _append_versions(connection: Connection, rows: Sequence[Row], now: datetime) -> None:
    for row in rows:
        of_post = posts.c.id == row["id"]
        connection.execute(
            post_versions.insert().from_select(
                ["post_id", "version", "text", "sealed", "replaced_at"],
                select(
                    posts.c.id, posts.c.version, posts.c.text, posts.c.sealed, literal(now, posts.c.received_at.type)
                ).where(of_post),
            )
        )
        connection.execute(
            update(posts)
            .where(of_post)
            .values(
                **{column: row[column] for column in EDITABLE},
                version=posts.c.version + 1,
                # A running claim of the old version must not write: the fence moves on.
                fence=posts.c.fence + 1,
                state="pending",
                attempts=0,
            )
        )


def bury(connection: Connection, source: str, external_ids: Sequence[str], now: datetime) -> list[str]:
    """Purge texts and predictions of posts that their source deleted; the row stays as a tombstone.

    Returns the ids buried now. Posts that are unknown or buried already are passed over.
    """
    doomed = (
        select(posts.c.id)
        .where(posts.c.source == source, posts.c.external_id.in_(list(external_ids)), posts.c.deleted_at.is_(None))
        .order_by(posts.c.id)
    )  # the lock order of all writers
    ids = list(connection.execute(doomed.with_for_update()).scalars())
    if ids:
        connection.execute(
            update(posts)
            .where(posts.c.id.in_(ids))
            .values(
                text="", text_hash="", sealed=None, author="", url="", place_hint="", lat=None, lon=None,
                content_hash="", state="done", fence=posts.c.fence + 1, deleted_at=now,
            )
        )  # fmt: skip
        connection.execute(delete(post_versions).where(post_versions.c.post_id.in_(ids)))
        connection.execute(delete(predictions).where(predictions.c.post_id.in_(ids)))
    return ids


def states(connection: Connection) -> dict[str, int]:
    """How many posts stand in each state and, once done, with which outcome."""
    query = select(posts.c.state, posts.c.outcome, func.count()).group_by(posts.c.state, posts.c.outcome)
    counts: dict[str, int] = {}
    for row_state, outcome, number in connection.execute(query):
        name = (outcome or "deleted") if row_state == "done" else row_state
        counts[name] = counts.get(name, 0) + number
    return counts


def newest_by_source(connection: Connection) -> dict[str, datetime]:
    """Source -> when its last post was received."""
    query = select(posts.c.source, func.max(posts.c.received_at)).group_by(posts.c.source)
    return dict(connection.execute(query).all())


def sealed_original(connection: Connection, post_id: str) -> bytes | None:
    """The encrypted original of one post; None when there is none or it was deleted."""
    return connection.execute(select(posts.c.sealed).where(posts.c.id == post_id)).scalar_one_or_none()


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the post that waits longest was received; None when none waits."""
    oldest = select(func.min(posts.c.received_at)).where(posts.c.state == "pending")
    found: datetime | None = connection.scalar(oldest)
    return found
