"""What later posts and edits do to a case that stands, open or closed."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from tests.support.record import rows, value
from tests.support.world import NOW, OPERATOR, decide_all, post, take_in
from triage.store.tables import cases
from triage.wiring import Services


def test_a_case_that_gets_worse_calls_again(stored: Services) -> None:
    """Five floods make a growing case; then somebody is swept away in it, twice."""
    take_in(stored, *(f"banjir selutut di Kelurahan Mojo {number}" for number in range(5)))
    decide_all(stored)
    for number in (8, 9):
        stored.intake.accept([post(f"banjir di Kelurahan Mojo, orang hanyut {number}", number)], NOW)
        decide_all(stored)
    reasons = [row.reason for row in rows(stored, "SELECT reason FROM alerts ORDER BY id")]
    assert reasons == ["kasus membesar", "darurat"]
    assert value(stored, "SELECT count(*) FROM cases") == 1


def test_an_edit_that_makes_a_closed_case_urgent_opens_it_again(stored: Services) -> None:
    original = post("lampu mati di Kelurahan Mojo", 1)
    stored.intake.accept([original], NOW)
    decide_all(stored)
    case = value(stored, "SELECT id FROM cases")
    stored.actions.close(OPERATOR, case, 0, "sudah diganti", NOW)
    stored.intake.accept([replace(original, text="kebakaran di Kelurahan Mojo")], NOW)
    decide_all(stored)
    (row,) = rows(stored, "SELECT status, closed_at, title, urgency FROM cases")
    assert (row.status, row.closed_at, row.title, row.urgency) == ("new", None, "kebakaran di Kelurahan Mojo", 3)
    assert value(stored, "SELECT count(*) FROM alerts") == 1


def test_a_harmless_edit_leaves_a_closed_case_closed(stored: Services) -> None:
    original = post("lampu mati di Kelurahan Mojo", 1)
    stored.intake.accept([original], NOW)
    decide_all(stored)
    stored.actions.close(OPERATOR, value(stored, "SELECT id FROM cases"), 0, "sudah diganti", NOW)
    stored.intake.accept([replace(original, text="lampu mati di Kelurahan Mojo.")], NOW)
    decide_all(stored)
    assert value(stored, "SELECT status FROM cases") == "closed"


def test_raising_the_urgency_never_postpones_the_deadline(stored: Services) -> None:
    original = post("lampu mati di Kelurahan Mojo", 1)
    stored.intake.accept([original], NOW)
    decide_all(stored)
    soon = NOW + timedelta(minutes=1)
    with stored.database.write() as connection:
        connection.execute(update(cases).values(due_at=soon))
    stored.intake.accept([replace(original, text="banjir di Kelurahan Mojo")], NOW)
    decide_all(stored)
    (row,) = rows(stored, "SELECT * FROM cases")
    assert row.urgency == 2
    assert stored.views.case(OPERATOR, row.id).case.due_at == soon


def test_a_case_learns_its_place_from_a_later_post(stored: Services) -> None:
    take_in(stored, "kebakaran di pasar kembang api besar sekali")
    decide_all(stored)
    text = "kebakaran di pasar kembang api besar sekali Kelurahan Mojo"
    stored.intake.accept([post(text, 2)], NOW)
    decide_all(stored)
    (row,) = rows(stored, "SELECT place_name, posts FROM cases")
    assert (row.place_name, row.posts) == ("Mojo", 2)


def test_nobody_joins_a_closed_case_through_an_edit_beside_them(stored: Services) -> None:
    """The edit brings its closed case into the batch; a new post about it must not vanish in there."""
    original = post("lampu mati di Kelurahan Mojo gang 3", 1)
    stored.intake.accept([original], NOW)
    decide_all(stored)
    stored.actions.close(OPERATOR, value(stored, "SELECT id FROM cases"), 0, "sudah diganti", NOW)
    edited = replace(original, text="lampu mati di Kelurahan Mojo gang 3.")
    stored.intake.accept([edited, post("lampu mati di Kelurahan Mojo gang 3 pak", 2)], NOW)
    decide_all(stored)
    assert [row.status for row in rows(stored, "SELECT status FROM cases ORDER BY id")] == ["closed", "new"]
