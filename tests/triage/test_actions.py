"""What people do to cases: every step of the lifecycle, what is refused, and what stays in the history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from tests.support.cases import DISHUB, LATER, a_case, case_row, post_of
from tests.support.record import everything, rows, value
from tests.support.world import OPERATOR, WATCHER, decide_all, officer, take_in
from triage.actions import LONGEST_REASON
from triage.entities import URGENCIES
from triage.errors import Conflict, InvalidAction, NotAllowed, NotFound
from triage.people import Viewer
from triage.store import cases
from triage.wiring import Services

DLH = officer("dlh")


def last_event(services: Services) -> Row[Any]:
    return rows(services, "SELECT * FROM case_events ORDER BY id")[-1]


Act = Callable[[Services, Viewer, int, int], object]


def take(services: Services, viewer: Viewer, case: int, revision: int) -> None:
    services.actions.take(viewer, case, revision, LATER)


def forward(services: Services, viewer: Viewer, case: int, revision: int) -> None:
    services.actions.forward(viewer, case, revision, "dsdabm", "bukan lampu kami", LATER)


def close(services: Services, viewer: Viewer, case: int, revision: int) -> None:
    services.actions.close(viewer, case, revision, "sudah diganti", LATER)


def reopen(services: Services, viewer: Viewer, case: int, revision: int) -> None:
    services.actions.reopen(viewer, case, revision, "mati lagi", LATER)


def correct(services: Services, viewer: Viewer, case: int, revision: int) -> None:
    services.actions.correct(viewer, case, revision, post_of(services), {"topic": "listrik"}, LATER)


def reveal(services: Services, viewer: Viewer, case: int, _revision: int) -> None:
    services.actions.reveal(viewer, case, post_of(services), "alamat tersensor", LATER)


CHANGES = [take, forward, close, reopen, correct]


# --- the lifecycle -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "status", "assignee", "desk"),
    [
        ([take], "taken", "op", "dishub"),
        ([forward], "new", None, "dsdabm"),
        ([take, forward], "new", None, "dsdabm"),
        ([close], "closed", None, "dishub"),
        ([take, close], "closed", "op", "dishub"),
        ([take, close, reopen], "new", None, "dishub"),
        ([close, reopen, take], "taken", "op", "dishub"),
        ([correct], "new", None, "dishub"),
        ([take, correct], "taken", "op", "dishub"),
        ([close, correct], "closed", None, "dishub"),
    ],
)
def test_steps_that_are_allowed(
    stored: Services, steps: list[Act], status: str, assignee: str | None, desk: str
) -> None:
    case = a_case(stored)
    for revision, step in enumerate(steps):
        step(stored, OPERATOR, case, revision)
    row = case_row(stored)
    assert (row.status, row.assignee, row.agency, row.revision) == (status, assignee, desk, len(steps))
    assert (row.closed_at is not None) == (status == "closed")
    acted = [(event.action, event.actor) for event in rows(stored, "SELECT * FROM case_events ORDER BY id")]
    assert acted == [("open", "machine"), *((step.__name__, "op") for step in steps)]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([], reopen),
        ([take], take),
        ([take], reopen),
        ([close], take),
        ([close], forward),
        ([close], close),
    ],
)
def test_steps_that_are_not(services: Services, before: list[Act], step: Act) -> None:
    case = a_case(services)
    for revision, earlier in enumerate(before):
        earlier(services, OPERATOR, case, revision)
    looked = everything(services)
    with pytest.raises(NotAllowed):
        step(services, OPERATOR, case, len(before))
    assert everything(services) == looked


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * (LONGEST_REASON + 1)])
def test_what_people_will_ask_about_needs_a_reason(services: Services, reason: str) -> None:
    case = a_case(services)
    actions = services.actions
    for refused in (
        lambda: actions.forward(OPERATOR, case, 0, "dlh", reason, LATER),
        lambda: actions.close(OPERATOR, case, 0, reason, LATER),
        lambda: actions.reopen(OPERATOR, case, 0, reason, LATER),
        lambda: actions.reveal(OPERATOR, case, post_of(services), reason, LATER),
    ):
        with pytest.raises(InvalidAction, match="reason"):
            refused()
    assert case_row(services).revision == 0


@pytest.mark.parametrize("step", [take, forward, close, correct])
def test_who_looked_at_an_older_state_is_told(stored: Services, step: Act) -> None:
    case = a_case(stored)
    take(stored, DISHUB, case, 0)
    looked = everything(stored)
    with pytest.raises(Conflict):
        step(stored, OPERATOR, case, 0)
    assert everything(stored) == looked


def test_of_two_who_looked_at_the_same_state_one_writes(stored: Services) -> None:
    """Both passed every check; the row itself decides."""
    case = a_case(stored)
    with stored.database.write() as connection:
        assert cases.change(connection, case, 0, assignee="first")
        assert not cases.change(connection, case, 0, assignee="second")
    assert case_row(stored).assignee == "first"


@pytest.mark.parametrize(
    ("agency", "problem"), [("nosuch", "unknown agency"), ("", "unknown agency"), ("dishub", "already")]
)
def test_where_a_case_cannot_go(services: Services, agency: str, problem: str) -> None:
    case = a_case(services)
    with pytest.raises(InvalidAction, match=problem):
        services.actions.forward(DISHUB, case, 0, agency, "bukan kami", LATER)
    assert case_row(services).agency == "dishub"


def test_a_forwarded_case_leaves_its_desk_and_says_why(services: Services) -> None:
    case = a_case(services)
    forward(services, DISHUB, case, 0)
    event = last_event(services)
    assert (event.actor, event.was, event.now, event.reason) == (
        "officer-dishub", "dishub", "dsdabm", "bukan lampu kami",
    )  # fmt: skip
    with pytest.raises(NotFound):
        take(services, DISHUB, case, 1)
    take(services, officer("dsdabm"), case, 1)


# --- who may -----------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", [DLH, WATCHER, officer("")], ids=["another desk", "watcher", "no desk"])
@pytest.mark.parametrize("step", [*CHANGES, reveal])
def test_cases_of_others_do_not_exist(services: Services, viewer: Viewer, step: Act) -> None:
    case = a_case(services)
    looked = everything(services)
    with pytest.raises(NotFound) as hidden:
        step(services, viewer, case, 0)
    assert everything(services) == looked
    with pytest.raises(NotFound) as missing:
        step(services, viewer, case + 1, 0)
    assert str(hidden.value) == str(missing.value), "nobody learns which numbers are taken"


def test_a_post_of_another_case_is_out_of_reach(services: Services) -> None:
    take_in(services, "lampu mati di Kelurahan Mojo", "sampah di Kelurahan Kebraon")
    decide_all(services)
    mine = value(services, "SELECT id FROM cases WHERE agency = 'dishub'")
    theirs = value(
        services,
        "SELECT post_id FROM case_posts JOIN cases ON cases.id = case_id WHERE agency = 'dlh'",
    )
    with pytest.raises(NotFound):
        services.actions.reveal(DISHUB, mine, theirs, "ingin tahu", LATER)
    with pytest.raises(NotFound):
        services.actions.correct(DISHUB, mine, 0, theirs, {"topic": "jalan"}, LATER)


# --- corrections -------------------------------------------------------------------------


def test_a_correction_becomes_labels_beside_what_the_machine_said(stored: Services) -> None:
    case = a_case(stored)
    truth = {"intent": "pengaduan", "topic": "listrik", "urgency": "darurat", "sentiment": "negatif"}
    due = case_row(stored).due_at
    assert stored.actions.correct(DISHUB, case, 0, post_of(stored), truth, LATER) == 3
    labels = rows(stored, "SELECT post_id, case_id, head, value, was, model, by FROM labels ORDER BY id")
    of = (post_of(stored), case)
    assert [tuple(label) for label in labels] == [
        (*of, "topic", "listrik", "penerangan_jalan", "words-1", "officer-dishub"),
        (*of, "urgency", "darurat", "sedang", "words-1", "officer-dishub"),
        (*of, "sentiment", "negatif", "netral", "words-1", "officer-dishub"),
    ]
    row = case_row(stored)
    assert (row.topic, URGENCIES[row.urgency], row.agency) == ("listrik", "darurat", "dishub")
    assert row.due_at < due
    event = rows(stored, "SELECT * FROM case_events WHERE action = 'correct'")[0]
    assert event.was == "topic=penerangan_jalan, urgency=sedang, sentiment=netral"
    assert event.now == "topic=listrik, urgency=darurat, sentiment=negatif"


def test_the_clock_of_a_correction_starts_when_the_case_was_opened(services: Services) -> None:
    case = a_case(services)
    services.actions.correct(DISHUB, case, 0, post_of(services), {"urgency": "darurat"}, LATER)
    page = services.views.case(DISHUB, case).case
    assert page.due_at - page.opened_at == timedelta(hours=1)


def test_agreeing_with_the_machine_changes_nothing(services: Services) -> None:
    case = a_case(services)
    looked = everything(services)
    agreed = {"topic": "penerangan_jalan", "urgency": "sedang"}
    assert services.actions.correct(DISHUB, case, 0, post_of(services), agreed, LATER) == 0
    assert everything(services) == looked


def test_a_wrong_correction_can_be_taken_back(stored: Services) -> None:
    case = a_case(stored)
    for revision, topic in enumerate(("sampah", "penerangan_jalan")):
        assert stored.actions.correct(DISHUB, case, revision, post_of(stored), {"topic": topic}, LATER) == 1
    assert case_row(stored).topic == "penerangan_jalan"
    given = rows(stored, "SELECT was, value FROM labels ORDER BY id")
    assert [tuple(row) for row in given] == [("penerangan_jalan", "sampah"), ("sampah", "penerangan_jalan")]


@pytest.mark.parametrize("truth", [{"topic": "nosuch"}, {"nosuch": "jalan"}, {"urgency": ""}, {"topic": "tinggi"}])
def test_unknown_labels_are_refused(services: Services, truth: dict[str, str]) -> None:
    case = a_case(services)
    with pytest.raises(InvalidAction, match="unknown"):
        services.actions.correct(DISHUB, case, 0, post_of(services), truth, LATER)
    assert value(services, "SELECT count(*) FROM labels") == 0


# --- originals ---------------------------------------------------------------------------


def test_an_original_is_shown_and_it_stays_on_record_who_looked(stored: Services) -> None:
    original = "lampu mati, hubungi 0812-0000-1111"
    case = a_case(stored, original)
    assert stored.actions.reveal(DISHUB, case, post_of(stored), " perlu  menelepon ", LATER) == original
    event = last_event(stored)
    assert (event.action, event.actor, event.now, event.reason) == (
        "reveal", "officer-dishub", post_of(stored), "perlu menelepon",
    )  # fmt: skip
    assert case_row(stored).revision == 0, "looking does not disturb who works on the case"


def test_what_the_source_deleted_is_gone_for_everyone(stored: Services) -> None:
    case = a_case(stored, "lampu mati, hubungi 0812-0000-1111")
    stored.intake.delete("api", ["api-1"], LATER)
    with pytest.raises(NotFound, match="deleted"):
        stored.actions.reveal(OPERATOR, case, post_of(stored), "perlu menelepon", LATER)
    assert case_row(stored).title == "Sumber dihapus"
    assert "lampu" not in str(everything(stored, but=("predictions",)))
