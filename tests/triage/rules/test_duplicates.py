"""When two texts are one matter: the tables of nearness and likeness, line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from triage.entities import OpenCase, Place
from triage.rules.duplicates import COPY_WINDOW, LIKENESS, WINDOW, nearness, same_matter

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MOJO = Place("35.78.08.1002", "Mojo", "kelurahan", "kel. Mojo", 0.95, -7.270, 112.768)
NEXT_DOOR = Place("35.78.10.1006", "Pacar Keling", "kelurahan", "Pacar Keling", 0.6, -7.260, 112.765)
FAR = Place("35.78.01.1002", "Kebraon", "kelurahan", "Kebraon", 0.6, -7.330, 112.700)
GUBENG = Place("35.78.08", "Gubeng", "kecamatan", "Gubeng", 0.6, -7.276, 112.752)
TAMBAKSARI = Place("35.78.10", "Tambaksari", "kecamatan", "Tambaksari", 0.6, -7.250, 112.765)
CITY = Place("35.78", "Kota Surabaya", "city", "Surabaya", 0.2, -7.274, 112.724)

FIRE = "kebakaran di mojo dekat balai rw"


def case_at(place: Place | None, *, urgency: str = "sedang", text: str = FIRE) -> OpenCase:
    return OpenCase(
        id=7, topic="jalan", urgency=urgency,
        kecamatan=place.kecamatan if place else "", place_code=place.code if place else "",
        lat=place.lat if place else None, lon=place.lon if place else None,
        first_at=NOON, last_at=NOON, texts=(text,), text_hashes=frozenset({"hash"}),
        alarmed=-1, closed=False, agency="pu", place_name=place.name if place else "", posts=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "text", "of_case", "expected"),
    [
        (MOJO, "", MOJO, "same"),
        (NEXT_DOOR, "", MOJO, "near"),
        (FAR, "", MOJO, "apart"),
        (GUBENG, "", MOJO, "wide"),  # the post names only the kecamatan
        (MOJO, "", GUBENG, "wide"),  # the case knows only the kecamatan
        (GUBENG, "", GUBENG, "wide"),
        (TAMBAKSARI, "", GUBENG, "apart"),
        (None, "lampu mati", MOJO, "unknown"),
        (None, "lampu mati di mojo", MOJO, "wide"),  # its words name the case's place
        (CITY, "lampu mati di surabaya", MOJO, "unknown"),
        (MOJO, "", None, "unknown"),
        (None, "", None, "unknown"),
        (replace(FAR, lat=None, lon=None), "", MOJO, "apart"),  # no point: never guessed to be near
    ],
)
def test_nearness(place: Place | None, text: str, of_case: Place | None, expected: str) -> None:
    assert nearness(place, text, case_at(of_case)) == expected


def rule(
    text: str, place: Place | None, case: OpenCase, *, urgent: bool = False, after: timedelta = timedelta(0)
) -> str | None:
    match = same_matter(
        text=text, text_hash="another", place=place, urgent=urgent, at=case.last_at + after, case=case
    )
    return match.rule if match else None


@pytest.mark.parametrize(
    ("text", "place", "urgent", "expected"),
    [
        ("kebakaran di mojo dekat balai rw, tolong", MOJO, False, "same_place_similar_text"),
        ("api besar di mojo", MOJO, True, "same_incident"),  # an emergency in the same kelurahan: few words suffice
        ("api besar di mojo", MOJO, False, None),  # but two ordinary matters need more than that
        ("kebakaran di mojo dekat balai rw, tolong", FAR, True, None),
        ("kebakaran di mojo dekat balai rw", None, False, "same_place_similar_text"),  # names the place
        ("kebakaran dekat balai rw", None, True, "similar_text"),
        ("parkir liar depan toko", MOJO, False, None),
        ("gempa", None, True, None),
        ("kebakaran", None, True, None),  # a cry without a place is not every fire in town
    ],
)
def test_who_joins(text: str, place: Place | None, urgent: bool, expected: str | None) -> None:
    assert rule(text, place, case_at(MOJO), urgent=urgent) == expected


@pytest.mark.parametrize(
    ("urgent", "after", "joins"),
    [
        (True, WINDOW[True], True),
        (True, WINDOW[True] + timedelta(seconds=1), False),
        (True, -WINDOW[True], True),  # a late-coming older post
        (True, -WINDOW[True] - timedelta(seconds=1), False),
        (False, WINDOW[False], True),
        (False, WINDOW[False] + timedelta(seconds=1), False),
    ],
)
def test_the_window_of_time(urgent: bool, after: timedelta, joins: bool) -> None:
    assert (rule(FIRE, MOJO, case_at(MOJO), urgent=urgent, after=after) is not None) is joins


def test_an_urgent_case_keeps_the_short_window_for_a_calm_post() -> None:
    assert rule(FIRE, MOJO, case_at(MOJO, urgency="darurat"), after=timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("after", "joins"), [(timedelta(0), True), (COPY_WINDOW, True), (COPY_WINDOW + timedelta(seconds=1), False)]
)
def test_a_copy_joins_for_thirty_days(after: timedelta, joins: bool) -> None:
    match = same_matter(text="x", text_hash="hash", place=None, urgent=False, at=NOON + after, case=case_at(MOJO))
    assert (match is not None and match.rule == "same_text") is joins


def test_the_same_words_about_another_place_are_another_matter() -> None:
    case = case_at(MOJO)
    assert same_matter(text="x", text_hash="hash", place=FAR, urgent=False, at=NOON, case=case) is None


def test_strictness_falls_with_agreement_on_place_and_with_urgency() -> None:
    least = {key: share for key, (_likeness, share) in LIKENESS.items()}
    for urgent in (True, False):
        assert least[urgent, "same"] <= least[urgent, "near"] <= least[urgent, "unknown"]
    for where in ("same", "near", "wide", "unknown"):
        assert least[True, where] < least[False, where]  # type: ignore[index]
