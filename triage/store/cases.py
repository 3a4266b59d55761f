"""Cases as desks show them and as officers change them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_, update

from triage.store import history
from triage.store.alerts import newest_of_case
from triage.store.tables import alerts, case_posts, cases, posts, predictions

GONE = "Sumber dihapus"
"""What a case shows in place of a text that its source deleted."""


def desk(connection: Connection, agency: str, after: tuple[int, int] | None, limit: int) -> list[Row[Any]]:
    """Open cases of a desk ('' = all desks): most urgent first, then the longest waiting.

    ``after`` is the (urgency rank, case id) of the last line of the page before.
    """
    query = (
        select(cases, alerts.c.id.label("alert_id"), alerts.c.acknowledged_at)
        .join_from(cases, alerts, alerts.c.id == newest_of_case, isouter=True)
        .where(cases.c.closed_at.is_(None))
    )
    if agency:
        query = query.where(cases.c.agency == agency)
    if after is not None:
        urgency, case_id = after
        later = (cases.c.urgency < urgency) | ((cases.c.urgency == urgency) & (cases.c.id > case_id))
        query = query.where(cases.c.urgency <= urgency, later)  # the first condition lets the index start here
    return list(connection.execute(query.order_by(cases.c.urgency.desc(), cases.c.id).limit(limit)))


def count_open(connection: Connection, agency: str) -> dict[int, int]:
    """Urgency rank -> open cases of a desk ('' = all desks)."""
    query = select(cases.c.urgency, func.count()).where(cases.c.closed_at.is_(None)).group_by(cases.c.urgency)
    if agency:
        query = query.where(cases.c.agency == agency)
    return dict(connection.execute(query).all())


def count_by_agency(connection: Connection) -> dict[str, int]:
    """Agency id -> open cases."""
    query = select(cases.c.agency, func.count()).where(cases.c.closed_at.is_(None)).group_by(cases.c.agency)
    return dict(connection.execute(query).all())


def one(connection: Connection, case_id: int) -> Row[Any] | None:
    """One case with its alarm, or None."""
    query = (
        select(
            cases,
            alerts.c.id.label("alert_id"),
            alerts.c.reason.label("alert_reason"),
            alerts.c.raised_at,
            alerts.c.acknowledged_at,
            alerts.c.acknowledged_by,
        )
        .join_from(cases, alerts, alerts.c.id == newest_of_case, isouter=True)
        .where(cases.c.id == case_id)
    )
    return connection.execute(query).one_or_none()


def posts_of(connection: Connection, case_id: int, after: tuple[datetime, str] | None, limit: int) -> list[Row[Any]]:
    """Posts of a case in the order of publication, each with the newest prediction about it.

    ``after`` is (published_at, id) of the last post of the page before.
    """
    newest = (
        select(predictions.c.post_id, func.max(predictions.c.created_at).label("at"))
        .join(case_posts, case_posts.c.post_id == predictions.c.post_id)
        .where(case_posts.c.case_id == case_id)
        .group_by(predictions.c.post_id)
        .subquery()
    )
    query = (
        select(
            posts.c.id, posts.c.source, posts.c.external_id, posts.c.version, posts.c.text, posts.c.url,
            posts.c.author, posts.c.published_at, posts.c.deleted_at, posts.c.place_hint, posts.c.alarm_score,
            case_posts.c.rule, case_posts.c.score, case_posts.c.joined_at,
            predictions.c.model, predictions.c.intent, predictions.c.topic, predictions.c.urgency,
            predictions.c.sentiment, predictions.c.scores, predictions.c.doubts, predictions.c.places,
        )
        .join_from(case_posts, posts, posts.c.id == case_posts.c.post_id)
        .join(newest, newest.c.post_id == posts.c.id, isouter=True)
        .join(
            predictions,
            (predictions.c.post_id == newest.c.post_id) & (predictions.c.created_at == newest.c.at),
            isouter=True,
        )
        .where(case_posts.c.case_id == case_id)
    )  # fmt: skip
    if after is not None:
        query = query.where(tuple_(posts.c.published_at, posts.c.id) > after)
    return list(connection.execute(query.order_by(posts.c.published_at, posts.c.id).limit(limit)))


def holds(connection: Connection, case_id: int, post_id: str) -> bool:
    """Whether a post belongs to a case."""
    query = select(case_posts.c.post_id).where(case_posts.c.case_id == case_id, case_posts.c.post_id == post_id)
    return connection.execute(query).first() is not None


def opened_by(connection: Connection, case_id: int) -> str | None:
    """Id of the post that opened a case."""
    query = select(case_posts.c.post_id).where(case_posts.c.case_id == case_id, case_posts.c.rule == "first")
    return connection.execute(query).scalar_one_or_none()


def change(connection: Connection, case_id: int, revision: int, **columns: Any) -> bool:
    """Change columns of a case if nobody did since ``revision``. False if somebody did."""
    changed = (
        update(cases)
        .where(cases.c.id == case_id, cases.c.revision == revision)
        .values(revision=revision + 1, **columns)
    )
    return connection.execute(changed).rowcount == 1


def forget_posts(connection: Connection, post_ids: Sequence[str], now: datetime) -> None:
    """Take deleted posts out of titles and samples of their cases and leave a line in the history."""
    if not post_ids:
        return
    affected = connection.execute(
        select(case_posts.c.case_id, case_posts.c.post_id, case_posts.c.rule, cases.c.samples)
        .join_from(case_posts, cases, cases.c.id == case_posts.c.case_id)
        .where(case_posts.c.post_id.in_(list(post_ids)))
        .order_by(case_posts.c.case_id)
    ).all()
    samples = {row.case_id: dict(row.samples) for row in affected}
    for row in affected:
        samples[row.case_id].pop(row.post_id, None)
        values: dict[str, Any] = {"samples": samples[row.case_id]}
        if row.rule == "first":
            values["title"] = GONE
        connection.execute(update(cases).where(cases.c.id == row.case_id).values(values))
        history.record(connection, row.case_id, now, action="source_deleted", now_is=row.post_id, reason=GONE)
