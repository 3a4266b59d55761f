"""From a stored post to a case on a desk, its alarm and its notices, on both databases."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from tests.support.reader import WordReader
from tests.support.record import everything, rows, value
from tests.support.world import NOW, decide_all, post, take_in
from triage import worker
from triage.entities import URGENCIES
from triage.wiring import Services


def count(services: Services, table: str) -> int:
    return int(value(services, f"SELECT count(*) FROM {table}"))


# --- what becomes of a post --------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "outcome", "rule", "desk"),
    [
        ("jalan berlubang", "case", "citizen_asks", "dsdabm"),
        ("lampu jalan mati", "case", "citizen_asks", "dishub"),
        ("sampah menumpuk", "case", "citizen_asks", "dlh"),
        ("kebakaran di pasar", "case", "citizen_asks", "damkar"),
        ("sampah, atau entah apa", "case", "citizen_asks", "triase"),  # the topic is in doubt
        ("terima kasih pak", "no_action", "nothing_asked", None),
        ("wkwk lucu", "no_action", "nothing_asked", None),
        ("kebakaran jenggot wkwk", "no_action", "nothing_asked", None),
    ],
)
def test_outcome_and_desk(services: Services, words: str, outcome: str, rule: str, desk: str | None) -> None:
    take_in(services, words)
    assert decide_all(services) == 1
    (row,) = rows(services, "SELECT state, outcome, outcome_rule, decided_at, lease_owner FROM posts")
    assert (row.state, row.outcome, row.outcome_rule, row.lease_owner) == ("done", outcome, rule, None)
    assert row.decided_at is not None
    assert [case.agency for case in rows(services, "SELECT agency FROM cases")] == ([desk] if desk else [])


def test_a_doubtful_topic_says_so_on_the_case(services: Services) -> None:
    take_in(services, "sampah, atau entah apa")
    decide_all(services)
    assert value(services, "SELECT rule FROM cases") == "doubtful_topic"


def test_every_reading_is_kept_with_its_model(stored: Services) -> None:
    take_in(stored, "lampu mati di Kelurahan Mojo", "wkwk")
    decide_all(stored)
    found = rows(stored, "SELECT version, model, topic FROM predictions ORDER BY topic")
    assert [tuple(row) for row in found] == [(1, "words-1", "lainnya"), (1, "words-1", "penerangan_jalan")]


def test_the_first_line_of_the_history_names_desk_and_rule(stored: Services) -> None:
    take_in(stored, "lampu mati")
    decide_all(stored)
    (line,) = rows(stored, "SELECT actor, action, now, reason FROM case_events")
    assert tuple(line) == ("machine", "open", "dishub", "penerangan-jalan")


# --- one matter, one case ----------------------------------------------------------------


@pytest.mark.parametrize("batches", [1, 5])
def test_copies_share_a_case_that_counts_posts_and_authors(stored: Services, batches: int) -> None:
    copies = [
        post("lampu mati di Kelurahan Mojo", 1, author="a"),
        post("lampu mati di Kelurahan Mojo", 2, author="b"),
        post("RT @a: lampu mati di Kelurahan Mojo", 3, author="c"),
        post("LAMPU MATI di kelurahan mojo", 4, author="c"),
        post("lampu  mati di Kelurahan Mojo", 1, source="x", author="a"),  # another person: another source
    ]
    size = len(copies) // batches
    for start in range(0, len(copies), size):
        stored.intake.accept(copies[start : start + size], NOW)
        decide_all(stored)
    (case,) = rows(stored, "SELECT posts, authors, title FROM cases")
    assert (case.posts, case.authors) == (5, 4)
    assert case.title.lower().endswith("mati di kelurahan mojo")
    joined = {row.rule for row in rows(stored, "SELECT rule FROM case_posts")}
    assert joined == {"first", "same_text"}


@pytest.mark.parametrize("together", [True, False])
def test_the_same_topic_elsewhere_is_another_case(stored: Services, together: bool) -> None:
    for number, place in enumerate(("Mojo", "Kebraon")):
        stored.intake.accept([post(f"lampu jalan mati di Kelurahan {place}", number)], NOW)
        if not together:
            decide_all(stored)
    decide_all(stored)
    places = rows(stored, "SELECT place_name FROM cases ORDER BY place_name")
    assert [row.place_name for row in places] == ["Kebraon", "Mojo"]


@pytest.mark.parametrize("same", [True, False], ids=["exact copies", "near copies"])
def test_two_workers_make_one_case_and_one_alarm_of_one_matter(stored: Services, same: bool) -> None:
    stored.settings = stored.settings.model_copy(update={"batch_size": 4})
    warga = ["warga" if same else f"warga rt {number} minta bantuan" for number in range(60)]
    take_in(stored, *(f"kebakaran besar di Kelurahan Mojo, kata {who}" for who in warga))
    stored.pipeline  # noqa: B018 - built before the threads, as a process does
    start = Barrier(2)

    def work() -> None:
        start.wait(10)
        decide_all(stored)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count(stored, "cases") == 1
    assert value(stored, "SELECT posts FROM cases") == 60
    assert count(stored, "case_posts") == 60
    assert count(stored, "alerts") == 1
    assert count(stored, "notices") == 1
    assert rows(stored, "SELECT id FROM posts WHERE state <> 'done'") == []


def test_a_flood_makes_one_case_and_hides_no_other_emergency(stored: Services) -> None:
    flood = [f"kebakaran di Kelurahan Mojo, api makin besar, lapor ke {number}" for number in range(300)]
    flood.insert(150, "kebakaran di Kelurahan Kebraon, tolong")
    take_in(stored, *flood)
    decide_all(stored)
    found = rows(stored, "SELECT place_name, posts FROM cases ORDER BY posts")
    assert [tuple(row) for row in found] == [("Kebraon", 1), ("Mojo", 300)]
    assert count(stored, "alerts") == 2
    assert len(rows(stored, "SELECT DISTINCT case_id FROM alerts")) == 2


# --- the reader is spared ----------------------------------------------------------------


def test_equal_texts_are_read_once(stored: Services) -> None:
    reader = stored.reader
    assert isinstance(reader, WordReader)
    take_in(stored, "jalan rusak", "Jalan  RUSAK", "RT @warga: jalan rusak")
    decide_all(stored)
    stored.intake.accept([post("jalan rusak", 9)], NOW)
    decide_all(stored)
    assert len(reader.read_texts) == 1
    assert count(stored, "predictions") == 4, "each post has its result all the same"


# --- edits -------------------------------------------------------------------------------


def test_an_edited_post_stays_in_its_case_and_may_raise_it(stored: Services) -> None:
    take_in(stored, "lampu mati di Kelurahan Mojo")
    decide_all(stored)
    (before,) = rows(stored, "SELECT id, due_at FROM cases")
    stored.intake.accept([post("kebakaran di Kelurahan Kebraon", 1)], NOW)
    decide_all(stored)
    (after,) = rows(stored, "SELECT id, urgency, due_at, posts FROM cases")
    assert (after.id, URGENCIES[after.urgency], after.posts) == (before.id, "darurat", 1)
    assert after.due_at < before.due_at
    assert count(stored, "alerts") == 1
    assert count(stored, "predictions") == 2
    actions = [row.action for row in rows(stored, "SELECT action FROM case_events ORDER BY id")]
    assert actions == ["open", "raise", "alert"]


def test_an_edit_never_lowers_a_case(stored: Services) -> None:
    take_in(stored, "kebakaran di Kelurahan Mojo")
    decide_all(stored)
    stored.intake.accept([post("ternyata hanya lampu mati", 1)], NOW)
    decide_all(stored)
    assert URGENCIES[value(stored, "SELECT urgency FROM cases")] == "darurat"
    assert count(stored, "cases") == 1


# --- alarms ------------------------------------------------------------------------------


def test_one_alarm_a_case_however_many_posts_it_grows_to(stored: Services) -> None:
    for number in range(4):
        stored.intake.accept([post(f"kebakaran di Kelurahan Mojo {number}", number)], NOW)
        decide_all(stored)
    (alert,) = rows(stored, "SELECT id, case_id, agency, urgency, reason FROM alerts")
    assert (alert.id, alert.agency, alert.urgency, alert.reason) == (1, "damkar", 3, "darurat")
    assert count(stored, "cases") == 1


def test_an_alarm_brings_one_notice_for_every_channel(services: Services) -> None:
    services.settings = services.settings.model_copy(update={"alert_webhook": "http://127.0.0.1:9/"})
    take_in(services, "kebakaran di Kelurahan Mojo", "jalan rusak")
    decide_all(services)
    found = rows(services, "SELECT alert_id, channel, state, attempts FROM notices ORDER BY channel")
    assert [tuple(row) for row in found] == [(1, "log", "pending", 0), (1, "webhook", "pending", 0)]


def test_a_matter_that_grows_becomes_an_incident(stored: Services) -> None:
    for number in range(5):
        assert count(stored, "alerts") == 0
        stored.intake.accept([post(f"banjir di Kelurahan Mojo, air naik {number}", number)], NOW)
        decide_all(stored)
    assert value(stored, "SELECT reason FROM alerts") == "kasus membesar"


def test_an_alarming_batch_wakes_who_sends_notices(services: Services) -> None:
    take_in(services, "jalan rusak")
    worker.decide_batch(services)
    assert services.wakeups.woken == []  # type: ignore[attr-defined]
    services.intake.accept([post("tolong ada kebakaran", 2)], NOW)
    worker.decide_batch(services)
    assert services.wakeups.woken == ["notify"]  # type: ignore[attr-defined]


# --- all or nothing ----------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["notices", "alerts", "case_events", "case_posts"])
def test_nothing_is_half_written_when_saving_breaks_midway(stored: Services, missing: str) -> None:
    """Each table is written at another step; without it the transaction breaks right there."""
    take_in(stored, "kebakaran di Kelurahan Mojo")
    with stored.database.write() as connection:
        cascade = "" if stored.database.is_sqlite else " CASCADE"
        connection.execute(text(f"DROP TABLE {missing}{cascade}"))
    before = everything(stored, but=(missing, "posts"))
    assert worker.decide_batch(stored) == 1
    assert everything(stored, but=(missing, "posts")) == before
    (row,) = rows(stored, "SELECT state, outcome, error FROM posts")
    assert (row.state, row.outcome) == ("leased", None)
    assert missing in row.error
