"""Open cases as the matching rule wants them, and the lock that keeps one matter in one case."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from triage.entities import URGENCIES, OpenCase
from triage.store.tables import alerts, case_posts, cases, posts

CANDIDATES = 100
"""Newest open cases looked at per topic and area; older ones are out of every time window in practice."""

ANYWHERE = "*"
"""In a key: every area, placed or not."""

Key = tuple[str, str]
"""(topic, kecamatan code, '' for cases without a place, or ANYWHERE): matching within one key is serialised."""


def lock(connection: Connection, keys: Iterable[Key]) -> None:
    """Hold matters until the transaction ends, so that two workers never open two cases of one.

    On SQLite the write transaction itself is the lock. On PostgreSQL an advisory lock a key,
    taken in one order by everyone.
    """
    if connection.dialect.name != "postgresql":
        return
    numbers = {
        int.from_bytes(hashlib.blake2b("\0".join(key).encode(), digest_size=8).digest(), signed=True) for key in keys
    }
    for number in sorted(numbers):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def open_near(connection: Connection, keys: Collection[Key], since: datetime) -> list[OpenCase]:
    """Open cases of these topics and areas with a post published after ``since``."""
    found: list[OpenCase] = []
    for topic, kecamatan in sorted(keys):
        query = (
            select(cases, alerts.c.id.is_not(None).label("has_alert"))
            .join_from(cases, alerts, alerts.c.case_id == cases.c.id, isouter=True)
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
        select(cases, alerts.c.id.is_not(None).label("has_alert"))
        .join_from(cases, alerts, alerts.c.case_id == cases.c.id, isouter=True)
        .where(cases.c.id.in_(list(held)), cases.c.closed_at.is_(None))
        .order_by(cases.c.id)
    )
    return [_open_case(row, frozenset(held[row.id])) for row in rows]


def of_posts(connection: Connection, post_ids: Collection[str]) -> dict[str, OpenCase]:
    """Post id -> the case it already belongs to, closed ones too: an edited post stays where it is."""
    rows = connection.execute(
        select(cases, case_posts.c.post_id, alerts.c.id.is_not(None).label("has_alert"))
        .join_from(case_posts, cases, cases.c.id == case_posts.c.case_id)
        .join(alerts, alerts.c.case_id == cases.c.id, isouter=True)
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
        has_alert=row.has_alert,
        agency=row.agency,
        place_name=row.place_name,
        posts=row.posts,
    )
