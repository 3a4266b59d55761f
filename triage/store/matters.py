"""Open cases as the matching rule wants them, and the lock that keeps one matter in one case."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from triage.entities import URGENCIES, OpenCase
from triage.store.tables import alerts, case_posts, cases, posts

CANDIDATES = 100
"""Newest open cases looked at per topic and area; older ones are out of every time window in practice."""

ANYWHERE = "*"
"""In a key: every area, placed or not."""

Key = tuple[str, str]
"""(topic, kecamatan code, '' for cases without a place, or ANYWHERE): where to look for a case."""

_alarmed = (
    select(func.max(alerts.c.urgency)).where(alerts.c.case_id == cases.c.id).correlate(cases).scalar_subquery()
).label("alarmed")


def lock(connection: Connection, topics: Iterable[str]) -> None:
    """Hold topics until the transaction ends, so that two workers never open two cases of one matter.

    On SQLite the write transaction itself is the lock. On PostgreSQL an advisory lock a topic,
    taken in one order by everyone.
    """
    if connection.dialect.name != "postgresql":
        return
    numbers = {
        int.from_bytes(hashlib.blake2b(topic.encode(), digest_size=8).digest(), signed=True) for topic in topics
    }
    for number in sorted(numbers):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def open_near(connection: Connection, keys: Collection[Key], since: datetime) -> list[OpenCase]:
    """Open cases of these topics and areas with a post published after ``since``."""
    found: list[OpenCase] = []
    for topic, kecamatan in sorted(keys):
        query = (
            select(cases, _alarmed)
            .where(
                cases.c.closed_at.is_(None),
                cases.c.topic == topic,
                cases.c.last_at > since,
            )
            .order_by(cases.c.last_at.desc())
            .limit(CANDIDATES)
        )
        if kecamatan != ANYWHERE:
            query = query.where(cases.c.kecamatan == kecamatan)
        found += [_open_case(row, frozenset()) for row in connection.execute(query)]
    return found


def holding_copies(connection: Connection, text_hashes: Collection[str]) -> list[OpenCase]:
    """Open cases that hold an exact copy of one of these texts, wherever and whatever they are about."""
    held: dict[int, set[str]] = {}
    query = (
        select(case_posts.c.case_id, posts.c.text_hash)
        .join_from(posts, case_posts, case_posts.c.post_id == posts.c.id)
        .where(posts.c.text_hash.in_(list(text_hashes)))
        .distinct()
    )
    for case_id, text_hash in connection.execute(query):
        held.setdefault(case_id, set()).add(text_hash)
    if not held:
        return []
    rows = connection.execute(
        select(cases, _alarmed).where(cases.c.id.in_(list(held)), cases.c.closed_at.is_(None)).order_by(cases.c.id)
    )
    return [_open_case(row, frozenset(held[row.id])) for row in rows]


def of_posts(connection: Connection, post_ids: Collection[str]) -> dict[str, OpenCase]:
    """Post id -> the case it already belongs to, closed ones too: an edited post stays where it is."""
    rows = connection.execute(
        select(cases, case_posts.c.post_id, _alarmed)
        .join_from(case_posts, cases, cases.c.id == case_posts.c.case_id)
        .where(case_posts.c.post_id.in_(list(post_ids)))
    )
    return {row.post_id: _open_case(row, frozenset()) for row in rows}


def _open_case(row: Row[Any], text_hashes: frozenset[str]) -> OpenCase:
    return OpenCase(
        id=row.id,
        topic=row.topic,
        urgency=URGENCIES[row.urgency],
        kecamatan=row.kecamatan,
        place_code=row.place_code,
        lat=row.lat,
        lon=row.lon,
        first_at=row.first_at,
        last_at=row.last_at,
        texts=tuple(row.samples.values()),
        text_hashes=text_hashes,
        alarmed=-1 if row.alarmed is None else row.alarmed,
        closed=row.closed_at is not None,
        agency=row.agency,
        place_name=row.place_name,
        posts=row.posts,
    )
