"""What a person's word does to an alarm, and to a case of several posts."""

from tests.support.cases import DISHUB, LATER, a_case, case_row, post_of
from tests.support.record import rows
from tests.support.world import OPERATOR, WATCHER, decide_all, officer, post, take_in
from triage.entities import URGENCIES
from triage.wiring import Services


def alarms(services: Services) -> list[tuple[int, str, str]]:
    """Number, desk and reason of each alarm."""
    return [tuple(row) for row in rows(services, "SELECT id, agency, reason FROM alerts ORDER BY id")]


def test_a_persons_darurat_raises_the_alarm_that_the_machine_missed(stored: Services) -> None:
    case = a_case(stored)
    stored.actions.correct(DISHUB, case, 0, post_of(stored), {"urgency": "darurat"}, LATER)
    assert alarms(stored) == [(1, "dishub", "dinilai petugas")]
    stored.actions.correct(DISHUB, case, 1, post_of(stored), {"urgency": "sedang"}, LATER)
    stored.actions.correct(DISHUB, case, 2, post_of(stored), {"urgency": "darurat"}, LATER)
    assert len(alarms(stored)) == 1, "once called, the same desk is not called again for the same"


def test_a_forwarded_alarm_calls_the_new_desk(stored: Services) -> None:
    case = a_case(stored, "kebakaran di Kelurahan Mojo")
    damkar = officer("damkar")
    stored.actions.acknowledge(damkar, 1, LATER)
    stored.actions.forward(damkar, case, 0, "bpbd", "butuh perahu", LATER)
    assert alarms(stored)[1:] == [(2, "bpbd", "diteruskan")]
    (line,) = stored.views.alerts_after(officer("bpbd"), 1)
    assert (line.id, line.case_id, line.acknowledged_at) == (2, case, None)
    assert [waiting.id for waiting in stored.views.alerts(WATCHER).waiting] == [2], (
        "the newest call stands for the case"
    )


def test_a_case_without_an_alarm_is_forwarded_quietly(services: Services) -> None:
    services.actions.forward(DISHUB, a_case(services), 0, "dsdabm", "bukan lampu kami", LATER)
    assert alarms(services) == []


def test_only_the_opening_post_can_calm_a_case(stored: Services) -> None:
    take_in(stored, "kebakaran di Kelurahan Mojo", "kebakaran besar di Kelurahan Mojo, cepat")
    decide_all(stored)
    case, (first, second) = case_row(stored).id, [
        row.post_id for row in rows(stored, "SELECT post_id FROM case_posts ORDER BY rule")
    ]  # fmt: skip
    due = case_row(stored).due_at
    stored.actions.correct(OPERATOR, case, 0, second, {"urgency": "rendah", "topic": "jalan"}, LATER)
    row = case_row(stored)
    assert (URGENCIES[row.urgency], row.topic, row.due_at) == ("darurat", "kebakaran", due)
    stored.actions.correct(OPERATOR, case, 1, first, {"urgency": "rendah"}, LATER)
    assert URGENCIES[case_row(stored).urgency] == "rendah"


def test_a_copy_does_not_overrule_a_person(stored: Services) -> None:
    case = a_case(stored, "kebakaran di Kelurahan Mojo")
    stored.actions.correct(OPERATOR, case, 0, post_of(stored), {"urgency": "rendah"}, LATER)
    stored.intake.accept([post("kebakaran di Kelurahan Mojo", 2)], LATER)
    decide_all(stored)
    row = case_row(stored)
    assert (row.posts, URGENCIES[row.urgency]) == (2, "rendah")
