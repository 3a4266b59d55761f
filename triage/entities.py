"""The nouns of triage as plain values: no SQL, no web, no clock.

A post arrives as ``IncomingPost``, is stored, is claimed as ``Post``, becomes a
``Draft`` that every stage of the pipeline fills by one field, and ends as a case
on a desk or as "no action".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

from models.predictions import Prediction

URGENCIES = ("rendah", "sedang", "tinggi", "darurat")
"""Urgency labels from least to most; a case's rank is its index here."""

Level = Literal["kelurahan", "kecamatan", "city"]


# --- posts -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncomingPost:
    """One public message as a source hands it over, before it is stored."""

    source: str
    external_id: str
    text: str
    author: str = ""
    """The author's handle or name at the source; stored only as a keyed pseudonym."""
    created_at: datetime | None = None
    """When it was published, timezone-aware; None when the source does not say."""
    place_hint: str = ""
    """An address that came beside the text, used only to locate."""
    lat: float | None = None
    lon: float | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A stored post, claimed by a worker under a lease."""

    id: str
    source: str
    version: int
    """1 for a new post; an edit at the source is the next number."""
    text: str
    """The text people and models see: personal numbers redacted, control characters gone."""
    text_hash: str
    """Hash of the normalised text: equal for exact copies and retweets."""
    author: str
    """Keyed pseudonym of the author; '' when unknown."""
    published_at: datetime
    """When it was published, else when it was received; UTC."""
    place_hint: str
    lat: float | None
    lon: float | None
    alarm_score: int
    """Cheap lexical score of intake: how early the post is read, 0 = nothing alarming."""
    fence: int
    """Number of this claim; a write under an older number is refused."""
    attempts: int
    """How often the post has been claimed, this time included."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one batch of incoming posts. ``ids`` stand in the order of the input."""

    ids: list[str]
    added: int
    edited: int
    known: int
    """Posts that were there already, word for word."""


# --- places ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a matter is, as far as the words allow."""

    code: str
    """Kemendagri code, e.g. ``35.78.08.1003``."""
    name: str
    level: Level
    text: str
    """The words, or 'lat,lon', that it was read from."""
    score: float
    """0 to 1: how sure the rule is."""
    lat: float | None = None
    """The point a platform gave, else the centre of the region; degrees, WGS 84."""
    lon: float | None = None

    @property
    def kecamatan(self) -> str:
        """Code of the kecamatan, or '' for a place known only as the city."""
        return ".".join(self.code.split(".")[:3]) if self.level != "city" else ""


# --- the city ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Region:
    """One row of the gazetteer."""

    code: str
    name: str
    level: Level
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Street:
    """A name of a street or landmark, and where the city's archive met it."""

    name: str
    posts: Mapping[str, int]
    """Code of a kelurahan, or of a kecamatan where no more was told -> posts there whose address holds the name."""
    in_texts: int = 0
    """Posts that hold the words in their text: far more than addresses do, and it is no name."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An office with a desk."""

    id: str
    name: str
    short: str
    kind: Literal["dinas", "kecamatan", "triage"]
    area: str = ""
    """Code of the kecamatan a kecamatan office serves; '' for offices of the whole city."""


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One line of the routing table. Empty conditions match everything; the first match wins."""

    id: str
    agency: str
    """Agency id, or ``@kecamatan``: the office of the kecamatan where the matter is."""
    topics: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """At least one must stand in the normalised text."""


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long a desk has. Exactly one of the two is above 0."""

    urgency: str
    hours: int = 0
    """Clock hours, day and night: for what cannot wait."""
    working_days: int = 0
    """Working days of the city's calendar."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The week of an office, in the city's own time."""

    opens: time
    closes: time
    weekdays: frozenset[int]
    """Monday is 0."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source that the city listens to."""

    name: str
    kind: str
    """``push`` (API, files) or ``replay`` (a bundled stream)."""
    title: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class City:
    """The facts of one local government: everything that differs between cities."""

    id: str
    """Folder of the pack, e.g. ``surabaya``."""
    code: str
    name: str
    timezone: str
    triage_agency: str
    """The desk of people who decide what no rule decides."""
    agencies: Mapping[str, Agency]
    routing: tuple[RoutingRule, ...]
    deadlines: Mapping[str, DeadlineRule]
    hours: OfficeHours
    holidays: frozenset[str]
    """ISO dates of national holidays and cuti bersama."""
    regions: tuple[Region, ...]
    streets: tuple[Street, ...]
    """Learnt from the city's archive; none for a city without one."""
    sources: Mapping[str, Source]


# --- decisions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What matching needs to know of a case that still stands open."""

    id: int
    topic: str
    urgency: str
    kecamatan: str
    place_code: str
    lat: float | None
    lon: float | None
    first_at: datetime
    last_at: datetime
    texts: tuple[str, ...]
    """Normalised texts of a few of its posts, the first and the newest."""
    text_hashes: frozenset[str]
    alarmed: int
    """Rank of the highest urgency that an alarm was raised for; -1 for none."""
    closed: bool
    agency: str
    place_name: str
    posts: int


@dataclass(frozen=True, slots=True)
class Match:
    """Why a post belongs to a case."""

    rule: str
    """``same_text``, ``same_place_similar_text``, ``same_incident``."""
    score: float


@dataclass(slots=True)
class Draft:
    """A post on its way through the stages. Each stage fills its own field and reads those before."""

    post: Post
    prediction: Prediction | None = None
    place: Place | None = None
    places: tuple[Place, ...] = ()
    urgency: str = ""
    """The model's urgency, or darurat where loud words confirm its suspicion."""
    outcome: Literal["case", "no_action"] | None = None
    outcome_rule: str = ""
    """Which rule of rules/actionable decided the outcome."""
    case: "CaseDraft | None" = None
    match: Match | None = None
    """None for the post that opens a case."""
    unread: bool = False
    """The reader failed on this post again and again: a person must read it."""


@dataclass(slots=True)
class CaseDraft:
    """A case about to be opened or joined; posts of one batch about one matter share one."""

    id: int | None
    """None until it is stored."""
    topic: str
    urgency: str
    place: Place | None
    open: OpenCase
    agency: str = ""
    rule: str = ""
    """Id of the routing rule."""
    due_at: datetime | None = None
    alert_reason: str = ""
    """Why an alarm must go out now; '' for none."""
    raised: bool = False
    """The urgency of a case already stored went up by this batch."""
    reopened: bool = False
    """An edit made a closed case urgent."""
