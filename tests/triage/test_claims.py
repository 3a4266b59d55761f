"""The work list: who gets a post, for how long, and what a claimer may write that lost it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from models.predictions import Prediction
from tests.support.reader import POISON, WordReader
from tests.support.record import everything, rows, value
from tests.support.world import NOW, post, take_in
from triage.entities import Post
from triage.store import claims, posts
from triage.wiring import Services

LEASE = timedelta(seconds=20)
LATER = NOW + LEASE + timedelta(seconds=1)


def claim(services: Services, *, limit: int = 64, now: datetime = NOW, owner: str = "one") -> list[Post]:
    with services.database.write() as connection:
        return claims.claim(connection, owner=owner, now=now, lease=LEASE, limit=limit)


def sweep(services: Services, now: datetime) -> int:
    with services.database.write() as connection:
        return claims.sweep(connection, now)


def states(services: Services) -> dict[str, int]:
    with services.database.read() as connection:
        return posts.states(connection)


# --- order and limits --------------------------------------------------------------------


def test_the_most_alarming_come_first_then_the_oldest(stored: Services) -> None:
    for number, words in enumerate(("jalan rusak", "lampu mati", "ada kebakaran", "tolong ada kebakaran")):
        at = NOW + timedelta(minutes=number)
        stored.intake.accept([post(words, number, at=at)], at)
    one_by_one = [claim(stored, limit=1)[0].text for _ in range(4)]
    assert one_by_one == ["tolong ada kebakaran", "ada kebakaran", "jalan rusak", "lampu mati"]


def test_a_batch_has_the_same_order_inside(stored: Services) -> None:
    take_in(stored, "jalan rusak", "tolong ada kebakaran", "ada kebakaran")
    assert [one.alarm_score for one in claim(stored)] == [80, 60, 0]


@pytest.mark.parametrize("limit", [1, 7, 40, 64])
def test_a_claim_takes_no_more_than_it_was_told(stored: Services, limit: int) -> None:
    take_in(stored, *(f"jalan rusak {number}" for number in range(40)))
    assert len(claim(stored, limit=limit)) == min(limit, 40)
    assert value(stored, "SELECT count(*) FROM posts WHERE state = 'pending'") == 40 - min(limit, 40)


def test_two_claimers_never_share_a_post(stored: Services) -> None:
    take_in(stored, *(f"jalan rusak {number}" for number in range(120)))
    claimed: list[str] = []
    start = Barrier(4)

    def work(owner: str) -> None:
        start.wait(10)
        while batch := claim(stored, limit=7, owner=owner):
            claimed.extend(one.id for one in batch)

    threads = [Thread(target=work, args=(f"worker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(claimed) == len(set(claimed)) == 120
    assert {row.fence for row in rows(stored, "SELECT fence FROM posts")} == {1}


# --- leases ------------------------------------------------------------------------------


def test_a_lease_that_ran_out_returns_the_post_under_a_higher_fence(stored: Services) -> None:
    take_in(stored, "jalan rusak")
    (first,) = claim(stored)
    assert (first.fence, first.attempts) == (1, 1)
    assert sweep(stored, NOW + LEASE) == 0, "a lease holds to its end"
    assert claim(stored, now=NOW + LEASE) == []
    assert sweep(stored, LATER) == 1
    (second,) = claim(stored, now=LATER)
    assert (second.id, second.fence, second.attempts) == (first.id, 2, 2)


def test_the_sweeper_leaves_decided_posts_alone(stored: Services) -> None:
    take_in(stored, "jalan rusak")
    assert stored.pipeline.decide(claim(stored), NOW) == 1
    assert sweep(stored, LATER) == 0
    assert states(stored) == {"case": 1}


# --- a claimer that lost its posts -------------------------------------------------------


def _claimed_by_another(services: Services) -> None:
    assert sweep(services, LATER) == 1
    assert len(claim(services, now=LATER, owner="another")) == 1


def _returned(services: Services) -> None:
    assert sweep(services, LATER) == 1


def _edited(services: Services) -> None:
    edit = replace(post("tolong ada kebakaran", 1), text="sudah padam")
    assert services.intake.accept([edit], NOW).edited == 1


def _deleted(services: Services) -> None:
    assert services.intake.delete("api", ["api-1"], NOW) == 1


LOSSES = [_claimed_by_another, _returned, _edited, _deleted]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("words", ["tolong ada kebakaran", f"tolong ada kebakaran {POISON}"])
def test_a_stale_claimer_writes_nothing_at_all(
    stored: Services, lose: Callable[[Services], None], words: str
) -> None:
    """Neither a decision nor, for a text that breaks the reader, a failure."""
    take_in(stored, words)
    batch = claim(stored)
    lose(stored)
    before = everything(stored)
    assert stored.pipeline.decide(batch, LATER) == 0
    assert everything(stored) == before


class InterruptedReader(WordReader):
    """While it reads, something else happens to the posts."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        self._meanwhile()
        return super().read(texts)


@pytest.mark.parametrize("lose", LOSSES)
def test_a_post_lost_while_the_model_reads_is_not_written(stored: Services, lose: Callable[[Services], None]) -> None:
    take_in(stored, "tolong ada kebakaran")
    stored.reader = InterruptedReader(lambda: lose(stored))
    assert stored.pipeline.decide(claim(stored), NOW) == 0
    for table in ("predictions", "cases", "case_posts", "alerts", "notices"):
        assert value(stored, f"SELECT count(*) FROM {table}") == 0, table


def test_what_is_still_held_of_a_batch_is_decided(stored: Services) -> None:
    take_in(stored, "tolong ada kebakaran", "lampu mati")
    batch = claim(stored)
    _edited(stored)
    assert stored.pipeline.decide(batch, NOW) == 1
    assert states(stored) == {"pending": 1, "case": 1}


# --- failures ----------------------------------------------------------------------------


def one_try(services: Services, now: datetime) -> datetime:
    """Claim all, decide, let the lease run out. Returns the moment after it."""
    services.pipeline.decide(claim(services, now=now), now)
    after = now + LEASE + timedelta(seconds=1)
    sweep(services, after)
    return after


def test_one_poisonous_text_does_not_take_the_batch_with_it(stored: Services) -> None:
    take_in(stored, "lampu mati", f"jalan rusak {POISON}", "ada kebakaran", "wkwk")
    assert stored.pipeline.decide(claim(stored), NOW) == 3
    assert states(stored) == {"case": 2, "no_action": 1, "leased": 1}
    assert "poisoned" in value(stored, "SELECT error FROM posts WHERE state = 'leased'")


def test_a_failed_post_rests_until_its_lease_ends_and_is_then_tried_again(stored: Services) -> None:
    take_in(stored, f"jalan rusak {POISON}")
    stored.pipeline.decide(claim(stored), NOW)
    assert claim(stored) == []
    assert sweep(stored, LATER) == 1
    stored.reader = WordReader()
    with stored.database.write() as connection:
        connection.execute(text("UPDATE posts SET text = 'jalan rusak'"))  # the reader was mended
    assert stored.pipeline.decide(claim(stored, now=LATER), LATER) == 1
    (row,) = rows(stored, "SELECT state, outcome, error, attempts FROM posts")
    assert (row.state, row.outcome, row.error, row.attempts) == ("done", "case", None, 2)


def test_after_the_last_attempt_people_read_what_the_machine_cannot(stored: Services) -> None:
    take_in(stored, f"jalan rusak {POISON}")
    now = NOW
    for _ in range(stored.settings.max_attempts):
        assert value(stored, "SELECT count(*) FROM cases") == 0
        now = one_try(stored, now)
    one_try(stored, now)
    (case,) = rows(stored, "SELECT * FROM cases")
    assert (case.agency, case.rule, case.topic) == ("triase", "unread", "lainnya")
    (row,) = rows(stored, "SELECT state, outcome, outcome_rule, error FROM posts")
    assert tuple(row) == ("done", "case", "unread", None)
    assert value(stored, "SELECT count(*) FROM predictions") == 0
    assert stored.reader.read_texts.count(f"jalan rusak {POISON}") == stored.settings.max_attempts  # type: ignore[attr-defined]


def test_an_alarming_post_that_cannot_be_read_raises_an_alarm(stored: Services) -> None:
    take_in(stored, f"tolong ada kebakaran {POISON}")
    now = NOW
    for _ in range(stored.settings.max_attempts + 1):
        now = one_try(stored, now)
    assert value(stored, "SELECT reason FROM alerts") == "belum terbaca mesin"


def test_if_even_the_fallback_fails_the_post_ends_as_failed(stored: Services) -> None:
    """Without the history table no case can be opened, read or unread."""
    take_in(stored, "jalan rusak")
    with stored.database.write() as connection:
        connection.execute(text("DROP TABLE case_events"))
    now = NOW
    for _ in range(stored.settings.max_attempts + 1):
        now = one_try(stored, now)
        assert states(stored) == {"pending": 1}
    one_try(stored, now)
    assert states(stored) == {"failed": 1}
    assert "case_events" in value(stored, "SELECT error FROM posts")
    assert claim(stored, now=now + timedelta(days=1)) == []


def test_an_edit_gives_a_failed_post_a_new_start(stored: Services) -> None:
    take_in(stored, f"jalan rusak {POISON}")
    one_try(stored, NOW)
    stored.intake.accept([post("jalan rusak", 1)], LATER)
    (again,) = claim(stored, now=LATER)
    assert (again.attempts, again.version) == (1, 2)
    assert stored.pipeline.decide([again], LATER) == 1
