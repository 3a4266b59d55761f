"""When two texts are one matter: same topic, same place, same time, similar words.

The thresholds are a table. The stricter the agreement on place and the more urgent
the matter, the less the wordings must agree: thirty people describe one fire in thirty
ways, while two dead street lamps in one kelurahan are two jobs.
"""

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from rapidfuzz import fuzz, process

from triage.entities import Match, OpenCase, Place

Nearness = Literal["same", "near", "wide", "unknown", "apart"]

NEAR_KM = 1.5
"""Kilometres between two kelurahan centres that count as near: neighbours in a dense city."""

COPY_WINDOW = timedelta(days=30)
"""An exact copy joins its original within this time."""

WINDOW = {True: timedelta(hours=6), False: timedelta(days=14)}
"""Urgent? -> how long after the last post of a case another may join it."""

SIMILARITY: dict[tuple[bool, Nearness], float] = {
    # (urgent, nearness): least token-set similarity, 0 to 100
    (True, "same"): 25.0,
    (True, "near"): 40.0,
    (True, "wide"): 35.0,
    (True, "unknown"): 75.0,
    (False, "same"): 62.0,
    (False, "near"): 75.0,
    (False, "wide"): 75.0,
    (False, "unknown"): 88.0,
}


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
    gap = max(case.first_at - at, at - case.last_at, timedelta(0))
    if text_hash in case.text_hashes and gap <= COPY_WINDOW:
        return Match("same_text", 1.0)
    where = nearness(place, text, case)
    urgent = urgent or case.urgency in ("tinggi", "darurat")
    if where == "apart" or gap > WINDOW[urgent]:
        return None
    least = SIMILARITY[urgent, where]
    best = process.extractOne(text, case.texts, scorer=fuzz.token_set_ratio, score_cutoff=least)
    if best is None:
        return None
    rule = "same_incident" if urgent and where != "unknown" else "same_place_similar_text"
    return Match(rule if where != "unknown" else "similar_text", round(best[1] / 100, 3))


def _level(code: str) -> str:
    return {0: "", 2: "city", 3: "kecamatan", 4: "kelurahan"}.get(len(code.split(".")) if code else 0, "")


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance (haversine, Earth radius 6,371 km)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    a = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(a))
