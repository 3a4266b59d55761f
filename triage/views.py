"""The door for looking: desks, cases and alarms as a given viewer may see them. Changes nothing.

An officer sees the cases of the own agency. A watcher sees alarms of the whole city and
may read the cases behind them. An operator sees all. Whatever else is asked for does not
exist (NotFound), so that nobody learns which numbers are taken.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from triage.entities import URGENCIES, City
from triage.errors import NotFound
from triage.pages import AlertLine, AlertPage, CaseLine, CasePage, Correction, DeskPage, Event, Notice, PostLine
from triage.people import Viewer
from triage.rules import lifecycle
from triage.store import alerts, cases, history, labels
from triage.store.database import Database

POSTS_PER_PAGE = 50
"""Posts of a case shown at once: an incident can have thousands."""

SEEN_SHOWN = 20
"""Acknowledged alarms shown under those that wait."""

CASE_CURSOR = re.compile(r"([0-3])-(\d{1,18})")
"""Urgency rank and case id of the last line of a page."""

POST_CURSOR = re.compile(r"([12]\d{3}-\S+\+00:00)~([a-z2-7]+)")
"""When the last post of a page joined, in UTC, and its id."""


class Views:
    """Built once per process by triage.wiring."""

    def __init__(self, database: Database, city: City) -> None:
        self._database = database
        self._city = city

    def desk(self, viewer: Viewer, agency: str, cursor: str = "", limit: int = 50) -> DeskPage:
        """Open cases of a desk, most urgent first. ``agency`` '' means all, for those who may see all."""
        if agency and agency not in self._city.agencies:
            raise NotFound("no such desk")
        if not viewer.sees_all and (viewer.role != "officer" or agency != viewer.agency):
            raise NotFound("no such desk")
        with self._database.read() as connection:
            rows = cases.desk(connection, agency, _after_case(cursor), limit + 1)
            counts = cases.count_open(connection, agency)
        lines = [_case_line(row) for row in rows[:limit]]
        return DeskPage(
            agency=agency,
            lines=lines,
            open_by_urgency={name: counts.get(rank, 0) for rank, name in enumerate(URGENCIES)},
            next_cursor=lines[-1].cursor if len(rows) > limit else "",
        )

    def desks(self, viewer: Viewer) -> dict[str, int]:
        """Agency id -> open cases, of the desks this viewer may open."""
        with self._database.read() as connection:
            counts = cases.count_by_agency(connection)
        ids = self._city.agencies if viewer.sees_all else [viewer.agency] if viewer.agency else []
        return {agency: counts.get(agency, 0) for agency in ids}

    def case(self, viewer: Viewer, case_id: int, cursor: str = "") -> CasePage:
        """One case with its posts (a page of them), its history, corrections and alarm."""
        with self._database.read() as connection:
            row = cases.one(connection, case_id)
            if row is None or not _may_read(viewer, row):
                raise NotFound("no such case")
            posts = cases.posts_of(connection, case_id, _after_post(cursor), POSTS_PER_PAGE + 1)
            shown = posts[:POSTS_PER_PAGE]
            may_act = viewer.sees_all or row.agency == viewer.agency
            return CasePage(
                case=_case_line(row),
                rule=row.rule,
                assignee=row.assignee or "",
                revision=row.revision,
                closed_at=row.closed_at,
                alert=_alert(connection, row),
                posts=[_post_line(post) for post in shown],
                next_cursor=(
                    f"{shown[-1].published_at.isoformat()}~{shown[-1].id}" if len(posts) > POSTS_PER_PAGE else ""
                ),
                events=[
                    Event(e.at, e.actor, e.action, e.was, e.now, e.reason)
                    for e in history.of_case(connection, case_id)
                ],
                corrections=[
                    Correction(c.post_id, c.head, c.value, c.was, c.by, c.at)
                    for c in labels.of_case(connection, case_id)
                ],
                notices=_notices(connection, row.alert_id),
                may_act=may_act,
                actions=lifecycle.possible(row.status) if may_act else [],
            )

    def alerts(self, viewer: Viewer, before: int | None = None, limit: int = 100) -> AlertPage:
        """Alarms this viewer watches: those that wait, newest first, below the number ``before``."""
        agency = _watched(viewer)
        with self._database.read() as connection:
            rows = alerts.newest(connection, agency, acknowledged=False, before=before, limit=limit + 1)
            seen = alerts.newest(connection, agency, acknowledged=True, before=None, limit=SEEN_SHOWN)
            count = alerts.count_waiting(connection, agency)
        return AlertPage(
            waiting=[_alert_line(row) for row in rows[:limit]],
            waiting_count=count,
            next_before=rows[limit - 1].id if len(rows) > limit else 0,
            seen=[_alert_line(row) for row in seen],
        )

    def alerts_after(self, viewer: Viewer, number: int, limit: int = 100) -> list[AlertLine]:
        """Alarms raised after a number, in order: what a live list still lacks."""
        with self._database.read() as connection:
            return [_alert_line(row) for row in alerts.after(connection, number, _watched(viewer), limit)]

    def last_alert(self) -> int:
        """The highest alarm number so far; 0 before the first."""
        with self._database.read() as connection:
            return alerts.last_number(connection)


def _watched(viewer: Viewer) -> str:
    """The agency whose alarms a viewer gets: '' means all."""
    return viewer.agency if viewer.role == "officer" else ""


def _may_read(viewer: Viewer, case: Row[Any]) -> bool:
    if viewer.sees_all or (viewer.agency and viewer.agency == case.agency):
        return True
    return viewer.role == "watcher" and case.alert_id is not None


def _case_line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        id=row.id,
        title=row.title,
        topic=row.topic,
        urgency=URGENCIES[row.urgency],
        status=row.status,
        agency=row.agency,
        place_name=row.place_name,
        lat=row.lat,
        lon=row.lon,
        opened_at=row.opened_at,
        due_at=row.due_at,
        posts=row.posts,
        authors=row.authors,
        alerted=row.alert_id is not None,
        acknowledged=row.acknowledged_at is not None,
    )


def _post_line(row: Row[Any]) -> PostLine:
    read = row.model is not None
    return PostLine(
        id=row.id,
        source=row.source,
        external_id=row.external_id,
        version=row.version,
        text=row.text,
        url=row.url,
        author=row.author,
        published_at=row.published_at,
        deleted=row.deleted_at is not None,
        place_hint=row.place_hint,
        alarm_score=row.alarm_score,
        rule=row.rule,
        score=row.score,
        model=row.model or "",
        labels=(
            {"intent": row.intent, "topic": row.topic, "urgency": row.urgency, "sentiment": row.sentiment}
            if read
            else {}
        ),
        scores=row.scores or {},
        doubts=tuple(row.doubts or ()),
        places=tuple(row.places or ()),
    )


def _alert(connection: Connection, case: Row[Any]) -> AlertLine | None:
    row = alerts.one(connection, case.alert_id) if case.alert_id is not None else None
    return _alert_line(row) if row else None


def _alert_line(row: Row[Any]) -> AlertLine:
    return AlertLine(
        id=row.id,
        case_id=row.case_id,
        agency=row.agency,
        urgency=URGENCIES[row.urgency],
        reason=row.reason,
        title=row.title,
        topic=row.topic,
        place_name=row.place_name,
        lat=row.lat,
        lon=row.lon,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by or "",
    )


def _notices(connection: Connection, alert_id: int | None) -> list[Notice]:
    if alert_id is None:
        return []
    return [
        Notice(n.channel, n.state, n.attempts, n.outcome, n.delivered_at)
        for n in alerts.notices_of(connection, alert_id)
    ]


def _after_case(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    match = CASE_CURSOR.fullmatch(cursor)
    if match is None:
        raise NotFound("no such page")
    return int(match[1]), int(match[2])


def _after_post(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    match = POST_CURSOR.fullmatch(cursor)
    if match is None:
        raise NotFound("no such page")
    try:
        return datetime.fromisoformat(match[1]), match[2]
    except ValueError:
        raise NotFound("no such page") from None
