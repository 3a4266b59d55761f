"""What views hand to boards, the API and the command line: pages and their lines, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.entities import URGENCIES


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as one line of a desk."""

    id: int
    title: str
    topic: str
    urgency: str
    status: str
    agency: str
    place_name: str
    lat: float | None
    lon: float | None
    opened_at: datetime
    due_at: datetime
    posts: int
    authors: int
    alerted: bool
    acknowledged: bool

    @property
    def cursor(self) -> str:
        """Where the next page of the desk begins, if this line is the last of one."""
        return f"{URGENCIES.index(self.urgency)}-{self.id}"


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page of a desk."""

    agency: str
    """'' for all desks."""
    lines: list[CaseLine]
    open_by_urgency: Mapping[str, int]
    next_cursor: str
    """'' on the last page."""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post inside its case, with the machine's word about it."""

    id: str
    source: str
    external_id: str
    version: int
    text: str
    url: str
    author: str
    published_at: datetime
    deleted: bool
    place_hint: str
    alarm_score: int
    rule: str
    """Why it belongs to this case; 'first' opened it."""
    score: float
    model: str
    """'' when the machine could not read it."""
    labels: Mapping[str, str]
    """head -> label."""
    scores: Mapping[str, Mapping[str, float]]
    doubts: tuple[str, ...]
    places: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history."""

    at: datetime
    actor: str
    action: str
    was: str
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A label that a person gave."""

    post_id: str
    head: str
    value: str
    was: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alarm as watchers see it."""

    id: int
    case_id: int
    agency: str
    urgency: str
    reason: str
    title: str
    topic: str
    place_name: str
    lat: float | None
    lon: float | None
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alarms that wait, and the last ones that somebody has seen."""

    waiting: list[AlertLine]
    waiting_count: int
    """All that wait, on this page or not."""
    next_before: int
    """Where the next page begins; 0 on the last."""
    seen: list[AlertLine]


@dataclass(frozen=True, slots=True)
class Notice:
    """One way an alarm went out, and what came of it."""

    channel: str
    state: str
    attempts: int
    outcome: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """All there is to know about a case."""

    case: CaseLine
    rule: str
    assignee: str
    revision: int
    closed_at: datetime | None
    alert: AlertLine | None
    posts: list[PostLine]
    next_cursor: str
    events: list[Event]
    corrections: list[Correction]
    notices: list[Notice]
    may_act: bool
    """Whether the viewer may do more than read."""
    actions: list[str]
