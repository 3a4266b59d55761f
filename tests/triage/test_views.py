"""What each kind of viewer sees: desks page by page, cases, alarms."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.record import far_apart, rows, value
from tests.support.world import NOW, OPERATOR, WATCHER, decide_all, officer, post, take_in
from triage.entities import URGENCIES
from triage.errors import NotFound
from triage.people import Viewer
from triage.views import POSTS_PER_PAGE
from triage.wiring import Services

DISHUB = officer("dishub")

KINDS = {"darurat": "kebakaran lampu", "tinggi": "banjir lampu", "sedang": "lampu"}
"""Urgency -> words of a post that makes such a case on the desk of dishub."""


def open_cases(services: Services, places: list[str], urgencies: list[str], first: int = 1) -> None:
    """One case a place, one urgency after the other."""
    posts = [
        post(f"{KINDS[urgencies[number % len(urgencies)]]} di Kelurahan {place}", first + number)
        for number, place in enumerate(places)
    ]
    services.intake.accept(posts, NOW)
    decide_all(services)


def read_desk(services: Services, viewer: Viewer, agency: str, limit: int) -> list[int]:
    """The ids of all pages."""
    page = services.views.desk(viewer, agency, limit=limit)
    found = [line.id for line in page.lines]
    while page.next_cursor:
        page = services.views.desk(viewer, agency, page.next_cursor, limit)
        found += [line.id for line in page.lines]
    return found


# --- desks -------------------------------------------------------------------------------


def test_the_most_urgent_stand_first_then_the_longest_waiting(stored: Services) -> None:
    open_cases(stored, far_apart(stored, 9), ["sedang", "darurat", "tinggi"])
    lines = stored.views.desk(DISHUB, "dishub").lines
    order = [(-URGENCIES.index(line.urgency), line.id) for line in lines]
    assert len(order) == 9
    assert order == sorted(order)
    assert [line.alerted for line in lines] == [True] * 3 + [False] * 6


@pytest.mark.parametrize("limit", [1, 2, 7, 12, 50])
def test_pages_give_every_case_exactly_once(services: Services, limit: int) -> None:
    open_cases(services, far_apart(services, 12), ["sedang", "darurat", "tinggi"])
    found = read_desk(services, DISHUB, "dishub", limit)
    assert sorted(found) == [row.id for row in rows(services, "SELECT id FROM cases ORDER BY id")]
    assert found == [line.id for line in services.views.desk(DISHUB, "dishub").lines]


def test_cases_that_come_between_pages_neither_repeat_nor_hide_others(stored: Services) -> None:
    places = far_apart(stored, 20)
    open_cases(stored, places[:12], ["sedang", "darurat", "tinggi"])
    there = {row.id for row in rows(stored, "SELECT id FROM cases")}
    found: list[int] = []
    cursor, first = "", 100
    for waiting in (places[12:14], places[14:16], places[16:18], [], [], [], []):
        page = stored.views.desk(DISHUB, "dishub", cursor, 3)
        found += [line.id for line in page.lines]
        if not page.next_cursor:
            break
        cursor, first = page.next_cursor, first + 10
        open_cases(stored, waiting, ["darurat", "sedang"], first)
    assert page.next_cursor == ""
    assert len(found) == len(set(found)), "no case twice"
    assert there <= set(found), "none that was there is missing"


def test_the_last_page_says_so(services: Services) -> None:
    open_cases(services, far_apart(services, 4), ["sedang"])
    assert services.views.desk(DISHUB, "dishub", limit=4).next_cursor == ""
    assert services.views.desk(DISHUB, "dishub", limit=3).next_cursor != ""


def test_counts_are_of_open_cases_on_the_desk(stored: Services) -> None:
    open_cases(stored, far_apart(stored, 5), ["sedang", "darurat", "tinggi"])
    stored.intake.accept([post("sampah menumpuk", 90)], NOW)
    decide_all(stored)
    closed = stored.views.desk(DISHUB, "dishub").lines[-1].id
    stored.actions.close(DISHUB, closed, 0, "sudah", NOW)
    counts = stored.views.desk(DISHUB, "dishub", limit=1).open_by_urgency
    assert counts == {"rendah": 0, "sedang": 1, "tinggi": 1, "darurat": 2}
    assert stored.views.desk(OPERATOR, "").open_by_urgency["sedang"] == 2
    desks = stored.views.desks(OPERATOR)
    assert (desks["dishub"], desks["dlh"], desks["damkar"]) == (4, 1, 0)
    assert list(desks) == list(stored.city.agencies)
    assert stored.views.desks(DISHUB) == {"dishub": 4}
    assert stored.views.desks(WATCHER) == {}


@pytest.mark.parametrize(
    ("viewer", "agency"),
    [
        (DISHUB, "dlh"),
        (DISHUB, ""),
        (DISHUB, "nosuch"),
        (OPERATOR, "nosuch"),
        (WATCHER, ""),
        (WATCHER, "dishub"),
    ],
)
def test_desks_that_do_not_exist_for_a_viewer(services: Services, viewer: Viewer, agency: str) -> None:
    with pytest.raises(NotFound):
        services.views.desk(viewer, agency)


HUGE = "9" * 25


@pytest.mark.parametrize("cursor", ["x", "3", "3-", "-", "3-x", "1-2-3", "3--1x", " "])
def test_a_cursor_of_a_desk_that_nobody_gave_out(services: Services, cursor: str) -> None:
    with pytest.raises(NotFound, match="no such page"):
        services.views.desk(OPERATOR, "", cursor)


@pytest.mark.parametrize("cursor", [f"3-{HUGE}", f"{HUGE}-3"])
def test_a_cursor_of_a_desk_beyond_all_numbers(stored: Services, cursor: str) -> None:
    with pytest.raises(NotFound, match="no such page"):
        stored.views.desk(OPERATOR, "", cursor)


# --- one case ----------------------------------------------------------------------------


def test_a_case_page_tells_everything(stored: Services) -> None:
    take_in(stored, "kebakaran di Kelurahan Mojo, entah apa", "kebakaran besar di Kelurahan Mojo")
    decide_all(stored)
    case = value(stored, "SELECT id FROM cases")
    page = stored.views.case(OPERATOR, case)
    assert page.case.posts == len(page.posts) == 2
    assert (page.case.urgency, page.case.place_name, page.case.alerted) == ("darurat", "Mojo", True)
    assert page.alert is not None
    assert (page.alert.id, page.alert.reason) == (1, "darurat")
    assert [notice.channel for notice in page.notices] == ["log"]
    assert [event.action for event in page.events] == ["open", "alert"]
    assert {line.rule for line in page.posts} == {"first", "same_incident"}
    first = next(line for line in page.posts if line.external_id == "api-1")
    assert (first.model, first.doubts, first.labels["topic"]) == ("words-1", ("topic",), "kebakaran")
    assert first.scores["urgency"]["darurat"] == pytest.approx(0.9)
    assert first.places[0]["name"] == "Mojo"
    assert page.actions == ["take", "forward", "close", "correct"]


def test_an_edited_post_is_shown_once_with_its_newest_reading(stored: Services) -> None:
    take_in(stored, "lampu mati di Kelurahan Mojo")
    decide_all(stored)
    stored.intake.accept([post("sampah di Kelurahan Mojo", 1)], NOW)
    decide_all(stored)
    (line,) = stored.views.case(OPERATOR, value(stored, "SELECT id FROM cases")).posts
    assert (line.version, line.text, line.labels["topic"]) == (2, "sampah di Kelurahan Mojo", "sampah")


def test_an_incident_is_read_page_by_page(stored: Services) -> None:
    number = 2 * POSTS_PER_PAGE + 1
    for start in range(0, number, 40):
        copies = [post("kebakaran di Kelurahan Mojo", n) for n in range(start, min(start + 40, number))]
        stored.intake.accept(copies, NOW)
        decide_all(stored)
    case = value(stored, "SELECT id FROM cases")
    page = stored.views.case(OPERATOR, case)
    sizes, found = [len(page.posts)], {line.id for line in page.posts}
    while page.next_cursor:
        page = stored.views.case(OPERATOR, case, page.next_cursor)
        sizes.append(len(page.posts))
        found |= {line.id for line in page.posts}
    assert sizes == [POSTS_PER_PAGE, POSTS_PER_PAGE, 1]
    assert len(found) == number


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "~", "~~", "yesterday~a", "2026-11-23T00:00:00~a", "2026-11-23T00:00:00+00:00~",
        "0001-01-01T00:00:00+14:00~a", "9999-12-31T23:59:59-14:00~a", "2026-11-23T00:00:00+00:00~\0",
    ],
)  # fmt: skip
def test_a_cursor_of_a_case_that_nobody_gave_out(stored: Services, cursor: str) -> None:
    take_in(stored, "lampu mati")
    decide_all(stored)
    with pytest.raises(NotFound, match="no such page"):
        stored.views.case(OPERATOR, value(stored, "SELECT id FROM cases"), cursor)


def test_a_deleted_source_leaves_its_place_and_no_text(stored: Services) -> None:
    take_in(stored, "lampu mati di Kelurahan Mojo")
    decide_all(stored)
    stored.intake.delete("api", ["api-1"], NOW)
    page = stored.views.case(OPERATOR, value(stored, "SELECT id FROM cases"))
    (line,) = page.posts
    assert (line.deleted, line.text, line.author, line.model) == (True, "", "", "")
    assert page.case.title == "Sumber dihapus"
    assert page.events[-1].action == "source_deleted"


# --- watchers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "alarmed", "calm"),
    [
        (WATCHER, "reads", "nothing"),
        (OPERATOR, "acts", "acts"),
        (officer("damkar"), "acts", "nothing"),
        (officer("dishub"), "nothing", "acts"),
        (officer("dlh"), "nothing", "nothing"),
        (officer(""), "nothing", "nothing"),
    ],
)
def test_who_sees_which_case(services: Services, viewer: Viewer, alarmed: str, calm: str) -> None:
    take_in(services, "kebakaran di Kelurahan Mojo", "lampu mati di Kelurahan Kebraon")
    decide_all(services)

    def sees(agency: str) -> str:
        try:
            page = services.views.case(viewer, value(services, f"SELECT id FROM cases WHERE agency = '{agency}'"))
        except NotFound:
            return "nothing"
        assert bool(page.actions) == page.may_act
        return "acts" if page.may_act else "reads"

    assert (sees("damkar"), sees("dishub")) == (alarmed, calm)


def test_alarms_come_unacknowledged_first_and_after_a_number_in_order(stored: Services) -> None:
    open_cases(stored, far_apart(stored, 4), ["darurat"])
    stored.actions.acknowledge(WATCHER, 4, NOW + timedelta(minutes=1))
    page = stored.views.alerts(WATCHER)
    assert ([line.id for line in page.waiting], [line.id for line in page.seen]) == ([3, 2, 1], [4])
    first = stored.views.alerts(WATCHER, limit=2)
    assert ([line.id for line in first.waiting], first.waiting_count, first.next_before) == ([3, 2], 3, 2)
    last = stored.views.alerts(WATCHER, first.next_before, 2)
    assert ([line.id for line in last.waiting], last.next_before) == ([1], 0)
    assert [line.id for line in stored.views.alerts_after(WATCHER, 2)] == [3, 4]
    assert [line.id for line in stored.views.alerts_after(WATCHER, 0, 3)] == [1, 2, 3]
    assert stored.views.last_alert() == 4


def test_an_officer_hears_only_the_alarms_of_the_own_desk(stored: Services) -> None:
    assert stored.views.last_alert() == 0
    take_in(stored, "kebakaran di Kelurahan Mojo", "kebakaran lampu di Kelurahan Kebraon")
    decide_all(stored)
    (line,) = stored.views.alerts(DISHUB).waiting
    assert (line.agency, line.place_name) == ("dishub", "Kebraon")
    assert [line.agency for line in stored.views.alerts_after(officer("damkar"), 0)] == ["damkar"]
    assert stored.views.alerts_after(officer("dlh"), 0) == []


def test_moments_come_back_aware_and_in_utc(stored: Services) -> None:
    take_in(stored, "lampu mati", at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    decide_all(stored)
    page = stored.views.case(OPERATOR, value(stored, "SELECT id FROM cases"))
    assert page.posts[0].published_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert page.case.opened_at.utcoffset() == timedelta(0)
