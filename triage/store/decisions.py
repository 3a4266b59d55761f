"""Everything that a decided batch writes, in one room: predictions, cases, their posts, alarms, notices.

The caller holds the posts (``claims.hold``) and the matters (``matters.lock``) and commits
once; so either all of this is in the record, or none of it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.text import normalise
from triage.entities import URGENCIES, CaseDraft, Draft, Place
from triage.store import alerts as alert_store
from triage.store import claims, history
from triage.store.tables import case_posts, cases, posts, predictions

TITLE_LENGTH = 120
"""Characters of the first post that stand for its case on a desk."""

SAMPLES = 4
"""Posts whose texts a case keeps for matching: its first and its newest."""

SAMPLE_LENGTH = 300
"""Characters of each: enough to tell matters apart, and matching stays quick."""


def save(connection: Connection, drafts: Sequence[Draft], channels: Sequence[str], now: datetime) -> list[int]:
    """Write a decided batch. ``channels`` are the ways each new alarm goes out. Returns the new alert ids."""
    _save_predictions(connection, drafts, now)
    in_cases = [draft for draft in drafts if draft.case is not None]
    for case, members in _by_case(in_cases):
        if case.id is None:
            case.id = _open_case(connection, case, members, now)
            _join(connection, case.id, members, now)
        else:
            _join(connection, case.id, members, now)
            _refresh(connection, case, case.id, members, now)
    raised = [_alarm(connection, case, channels, now) for case, _members in _by_case(in_cases) if case.alert_reason]
    claims.finish(connection, drafts, now)
    return [number for number in raised if number]


def _alarm(connection: Connection, case: CaseDraft, channels: Sequence[str], now: datetime) -> int:
    """Raise the alarm of a case, unless another worker did so since it was loaded; 0 then.

    Copies reach a case under any topic, so its topic's lock alone does not keep others away; its
    row, locked by now, does.
    """
    case_id = int(case.id or 0)
    if not case.reopened and alert_store.alarmed(connection, case_id) >= URGENCIES.index(case.urgency):
        return 0
    return alert_store.raise_alert(
        connection,
        case_id=case_id,
        agency=case.agency,
        urgency=case.urgency,
        reason=case.alert_reason,
        channels=channels,
        now=now,
    )


def _by_case(drafts: Sequence[Draft]) -> list[tuple[CaseDraft, list[Draft]]]:
    """Group drafts by the case they share, keeping the order of arrival."""
    groups: dict[int, tuple[CaseDraft, list[Draft]]] = {}
    for draft in drafts:
        if draft.case is not None:
            groups.setdefault(id(draft.case), (draft.case, []))[1].append(draft)
    return list(groups.values())


def _save_predictions(connection: Connection, drafts: Sequence[Draft], now: datetime) -> None:
    rows = [
        {
            "post_id": draft.post.id,
            "version": draft.post.version,
            "model": draft.prediction.model,
            "text_hash": draft.post.text_hash,
            "intent": draft.prediction.intent,
            "topic": draft.prediction.topic,
            "urgency": draft.prediction.urgency,
            "sentiment": draft.prediction.sentiment,
            "scores": {head: dict(scores) for head, scores in draft.prediction.scores.items()},
            "doubts": list(draft.prediction.doubts),
            "spans": list(draft.prediction.spans),
            "places": [asdict(place) for place in draft.places],
            "created_at": now,
        }
        for draft in drafts
        if draft.prediction is not None
    ]
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        # Exactly one result per post, version and model: a second reading changes nothing.
        connection.execute(dialect.insert(predictions).on_conflict_do_nothing(), rows)


def _open_case(connection: Connection, case: CaseDraft, members: Sequence[Draft], now: datetime) -> int:
    first = members[0]
    times = [draft.post.published_at for draft in members]
    row = {
        "topic": case.topic,
        "urgency": URGENCIES.index(case.urgency),
        "status": "new",
        "agency": case.agency,
        "rule": case.rule,
        "title": _title(first.post.text),
        **_place_columns(case.place),
        "first_at": min(times),
        "last_at": max(times),
        "opened_at": now,
        "due_at": case.due_at,
        "posts": len(members),
        "authors": len({draft.post.author for draft in members} - {""}),
        "samples": _samples({}, members),
        "revision": 0,
    }
    case_id = connection.execute(cases.insert().returning(cases.c.id), row).scalar_one()
    history.record(connection, case_id, now, action="open", now_is=case.agency, reason=case.rule)
    return int(case_id)


def _join(connection: Connection, case_id: int, members: Sequence[Draft], now: datetime) -> None:
    rows = [
        {
            "post_id": draft.post.id,
            "case_id": case_id,
            "rule": draft.match.rule if draft.match else "first",
            "score": draft.match.score if draft.match else 1.0,
            "joined_at": now,
        }
        for draft in members
    ]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    # An edited post is in its case already.
    connection.execute(dialect.insert(case_posts).on_conflict_do_nothing(), rows)


def _refresh(connection: Connection, case: CaseDraft, case_id: int, members: Sequence[Draft], now: datetime) -> None:
    """Bring the columns of a case that stood open already up to date with its posts."""
    stored = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
    counted = connection.execute(
        select(func.count(), func.count(func.nullif(posts.c.author, "").distinct()))
        .join_from(case_posts, posts, posts.c.id == case_posts.c.post_id)
        .where(case_posts.c.case_id == case_id)
    ).one()
    times = [draft.post.published_at for draft in members]
    values: dict[str, Any] = {
        "posts": counted[0],
        "authors": counted[1],
        "samples": _samples(stored.samples, members),
        "first_at": min([stored.first_at, *times]),
        "last_at": max([stored.last_at, *times]),
    }
    values |= _new_title(stored, members) | _new_place(stored, members)
    rank = URGENCIES.index(case.urgency)
    if case.raised and rank > stored.urgency:
        values |= {"urgency": rank, "due_at": min(stored.due_at, case.due_at or stored.due_at)}
        was = URGENCIES[stored.urgency]
        history.record(connection, case_id, now, action="raise", was=was, now_is=case.urgency, reason="new post")
    if case.reopened:
        values |= {"status": "new", "closed_at": None, "assignee": None, "revision": stored.revision + 1}
        history.record(
            connection, case_id, now, action="reopen", was=stored.status, now_is="new", reason="edited post"
        )
    connection.execute(update(cases).where(cases.c.id == case_id).values(values))


def _new_title(stored: Row[Any], members: Sequence[Draft]) -> dict[str, str]:
    """An edit of the opening post changes the case's title with it."""
    opening = next((draft for draft in members if draft.post.id == next(iter(stored.samples), None)), None)
    return {"title": _title(opening.post.text)} if opening else {}


def _new_place(stored: Row[Any], members: Sequence[Draft]) -> dict[str, Any]:
    """A case without a place gets that of the first post that knows one."""
    place = next((draft.place for draft in members if draft.place and draft.place.kecamatan), None)
    return _place_columns(place) if place and not stored.kecamatan else {}


def _place_columns(place: Place | None) -> dict[str, Any]:
    return {
        "place_code": place.code if place else "",
        "place_name": place.name if place else "",
        "kecamatan": place.kecamatan if place else "",
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
    }


def _samples(kept: dict[str, str], members: Sequence[Draft]) -> dict[str, str]:
    """The first text ever and the newest ones, by post id."""
    together = kept | {draft.post.id: normalise(draft.post.text)[:SAMPLE_LENGTH] for draft in members}
    ids = list(together)
    return {i: together[i] for i in dict.fromkeys([ids[0], *ids[-(SAMPLES - 1) :]])}


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
