"""MATCH over the record: which case a post finds there, on both databases."""

from datetime import datetime, timedelta

import pytest

from models.predictions import Prediction
from tests.support.record import rows, value
from tests.support.world import NOW, OPERATOR, decide_all, post
from triage.entities import Draft, Place, Post
from triage.rules.duplicates import WINDOW
from triage.stages import match
from triage.wiring import Services

MOJO = Place("35.78.08.1002", "Mojo", "kelurahan", "Mojo", 0.9)
CITY = Place("35.78", "Kota Surabaya", "city", "Surabaya", 0.2)


def decide(services: Services, words: str, number: int, at: datetime = NOW, **fields: str) -> None:
    services.intake.accept([post(words, number, at=at, **fields)], max(at, NOW))
    decide_all(services)


def cases(services: Services) -> list[int]:
    """Posts of each case, in the order they were opened."""
    return [row.posts for row in rows(services, "SELECT posts FROM cases ORDER BY id")]


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        # (post that opens the case, post after it, rule by which it joins; None: its own case)
        ("kebakaran di Kelurahan Mojo", "kebakaran besar mojo tolong", "same_incident"),
        ("kebakaran di Kelurahan Mojo", "kebakaran di Kecamatan Gubeng", "same_incident"),
        ("kebakaran di Kecamatan Gubeng", "kebakaran di Kelurahan Mojo", "same_incident"),
        ("kebakaran di pasar kembang api", "kebakaran di pasar kembang api ya", "similar_text"),
        ("lampu mati di Kelurahan Mojo gang 3", "lampu mati di Kelurahan Mojo gang 3 pak", "same_place_similar_text"),
        ("lampu mati di Kelurahan Mojo", "minta lampu baru di gang 7 Kelurahan Mojo", None),
        ("lampu mati di Kelurahan Mojo", "sampah di Kelurahan Mojo", None),
        ("kebakaran di Kelurahan Mojo", "kebakaran di Kelurahan Kebraon", None),
        ("lampu mati di Kelurahan Mojo", "lampu mati semua pak tolong", None),
    ],
)
def test_whom_a_post_joins(stored: Services, first: str, second: str, rule: str | None) -> None:
    decide(stored, first, 1)
    decide(stored, second, 2)
    joined = {row.rule for row in rows(stored, "SELECT rule FROM case_posts")}
    assert cases(stored) == ([2] if rule else [1, 1])
    assert joined == {"first", rule or "first"}


@pytest.mark.parametrize(("late", "expected"), [(timedelta(0), [2]), (timedelta(seconds=1), [1, 1])])
def test_an_emergency_ends_when_nobody_has_spoken_of_it(
    stored: Services, late: timedelta, expected: list[int]
) -> None:
    decide(stored, "kebakaran di Kelurahan Mojo", 1, NOW - WINDOW[True] - late)
    decide(stored, "kebakaran di Kelurahan Mojo, api besar", 2, NOW)
    assert cases(stored) == expected


def test_each_post_keeps_an_incident_open_a_while_longer(stored: Services) -> None:
    for number in range(4):
        decide(stored, f"kebakaran di Kelurahan Mojo {number}", number, NOW - timedelta(hours=15 - 5 * number))
    assert cases(stored) == [4]


def test_a_late_older_post_moves_the_beginning_not_the_end(stored: Services) -> None:
    decide(stored, "kebakaran di Kelurahan Mojo", 1, NOW)
    decide(stored, "kebakaran di Kelurahan Mojo, api besar", 2, NOW - timedelta(hours=2))
    page = stored.views.case(OPERATOR, value(stored, "SELECT id FROM cases"))
    assert page.case.posts == 2
    first_at, last_at = rows(stored, "SELECT first_at, last_at FROM cases")[0]
    assert first_at < last_at


def test_a_closed_case_takes_no_new_posts_and_its_matter_starts_anew(stored: Services) -> None:
    decide(stored, "lampu mati di Kelurahan Mojo", 1)
    stored.actions.close(OPERATOR, value(stored, "SELECT id FROM cases"), 0, "sudah diganti", NOW)
    decide(stored, "lampu mati di Kelurahan Mojo", 2)
    found = rows(stored, "SELECT status, posts FROM cases ORDER BY id")
    assert [tuple(row) for row in found] == [("closed", 1), ("new", 1)]


@pytest.mark.parametrize(("address", "expected"), [("Kelurahan Mojo", [2]), ("Kelurahan Kebraon", [1, 1])])
def test_a_copy_joins_unless_its_address_is_elsewhere(stored: Services, address: str, expected: list[int]) -> None:
    decide(stored, "kebakaran besar, tolong kirim bantuan", 1, place_hint="Kelurahan Mojo")
    decide(stored, "kebakaran besar, tolong kirim bantuan", 2, place_hint=address)
    assert cases(stored) == expected


def test_posts_of_one_batch_find_each_other(services: Services) -> None:
    words = ["kebakaran di Kelurahan Mojo", "lampu mati di Kelurahan Kebraon", "kebakaran mojo makin besar"]
    services.intake.accept([post(text, number) for number, text in enumerate(words)], NOW)
    decide_all(services)
    assert sorted(cases(services)) == [1, 2]


def test_a_calm_case_becomes_urgent_by_a_louder_post(stored: Services) -> None:
    decide(stored, "lampu jalan mati di Kelurahan Mojo", 1)
    (due,) = rows(stored, "SELECT due_at FROM cases")
    decide(stored, "banjir, lampu jalan mati di Kelurahan Mojo", 2)
    (case,) = rows(stored, "SELECT urgency, due_at, posts FROM cases")
    assert (case.urgency, case.posts) == (2, 2)
    assert case.due_at < due.due_at
    assert [row.action for row in rows(stored, "SELECT action FROM case_events ORDER BY id")] == ["open", "raise"]


# --- what is locked meanwhile ------------------------------------------------------------


def draft(place: Place | None, topic: str | None = "jalan") -> Draft:
    stored = Post("p", "api", 1, "x", "h", "", NOW, "", None, None, 0, 1, 1)
    said = Prediction("m", "pengaduan", topic, "sedang", "netral", {}, ()) if topic else None
    return Draft(stored, prediction=said, place=place)


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ([draft(MOJO), draft(None)], {"jalan"}),  # wherever they are, they wait for each other
        ([draft(MOJO), draft(MOJO, None)], {"jalan", "lainnya"}),
        ([], set()),
    ],
)
def test_what_is_locked(drafts: list[Draft], expected: set[str]) -> None:
    assert match.topics(drafts) == expected
