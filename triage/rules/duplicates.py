"""When two texts are one matter: same topic, same place, same time, similar words.

The thresholds are a table. The stricter the agreement on place and the more urgent
the matter, the less the wordings must agree: thirty people describe one fire in thirty
ways, while two dead street lamps in one kelurahan are two jobs.
"""

import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from rapidfuzz import fuzz, process

from triage.entities import Match, OpenCase, Place

Nearness = Literal["same", "near", "wide", "unknown", "apart"]
Likeness = Callable[..., float]

NEAR_KM = 1.5
"""Kilometres between two kelurahan centres that count as near: neighbours in a dense city."""

COPY_WINDOW = timedelta(days=30)
"""An exact copy joins its original within this time, unless it is about another place."""

WINDOW = {True: timedelta(hours=6), False: timedelta(days=14)}
"""Urgent? -> how long after the last post of a case another may join it."""

SHARED, WHOLE = fuzz.token_set_ratio, fuzz.token_sort_ratio
"""Two likenesses, 0 to 100: of the words that both have (a short cry is wholly in a long report), or of all words."""

LIKENESS: dict[tuple[bool, Nearness], tuple[Likeness, float]] = {
    # (urgent, nearness): which likeness, and how much of it at least
    (True, "same"): (SHARED, 25.0),
    (True, "near"): (SHARED, 40.0),
    (True, "wide"): (SHARED, 35.0),
    (True, "unknown"): (WHOLE, 75.0),
    (False, "same"): (WHOLE, 62.0),
    (False, "near"): (WHOLE, 75.0),
    (False, "wide"): (WHOLE, 75.0),
    (False, "unknown"): (WHOLE, 88.0),
}

_PLACE_WORDS = re.compile(r"\b(?:kelurahan|kel|kecamatan|kec|kota|daerah|wilayah|kawasan|di|nang|ndek|ning)\b\W*")


def nearness(place: Place | None, text: str, case: OpenCase) -> Nearness:
    """How close a post is to a case's place. 'wide': one of the two is known only by its kecamatan,
    or the post has no place of its own but its words hold the name of the case's.
    """
    if place is None or not place.kecamatan or not case.kecamatan:
        named = bool(case.kecamatan) and case.place_name.casefold() in text
        return "wide" if named else "unknown"
    if place.code == case.place_code:
        return "same" if place.level == "kelurahan" else "wide"
    if place.kecamatan == case.kecamatan and "kelurahan" not in (place.level, _level(case.place_code)):
        return "wide"
    if place.kecamatan == case.kecamatan and place.level != _level(case.place_code):
        return "wide"
    if None in (place.lat, place.lon, case.lat, case.lon):
        return "apart"
    return "near" if _km(place.lat, place.lon, case.lat, case.lon) <= NEAR_KM else "apart"  # type: ignore[arg-type]


def same_matter(
    *, text: str, text_hash: str, place: Place | None, urgent: bool, at: datetime, case: OpenCase
) -> Match | None:
    """Whether a post belongs to an open case of its topic, and by which rule.

    ``text`` is normalised; ``at`` is when the post was published.
    """
    where = nearness(place, text, case)
    if where == "apart":
        return None  # even word for word: "lampu mati" with two addresses is two lamps
    gap = max(case.first_at - at, at - case.last_at, timedelta(0))
    if text_hash in case.text_hashes and gap <= COPY_WINDOW:
        return Match("same_text", 1.0)
    urgent = urgent or case.urgency in ("tinggi", "darurat")
    if gap > WINDOW[urgent]:
        return None
    likeness, least = LIKENESS[urgent, where]
    names = {case.place_name, place.name if place else ""}
    told = [_without_place(known, names) for known in case.texts]
    best = process.extractOne(_without_place(text, names), told, scorer=likeness, score_cutoff=least)
    if best is None:
        return None
    rule = "same_incident" if urgent and where != "unknown" else "same_place_similar_text"
    return Match(rule if where != "unknown" else "similar_text", round(best[1] / 100, 3))


def _without_place(text: str, names: Collection[str]) -> str:
    """What a text says beside where: the place is compared on its own, and must not count twice."""
    for name in filter(None, names):
        text = text.replace(name.casefold(), " ")
    return _PLACE_WORDS.sub(" ", text)


def _level(code: str) -> str:
    return {0: "", 2: "city", 3: "kecamatan", 4: "kelurahan"}.get(len(code.split(".")) if code else 0, "")


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance (haversine, Earth radius 6,371 km)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    a = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(a))
