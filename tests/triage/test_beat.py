"""The clock: what it returns, whom it wakes, and that no sick beat stops the others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.cli.doctor import STALE
from listener.schedule import start
from tests.support.record import rows, value
from tests.support.world import NOW, decide_all, take_in
from triage import beat
from triage.beat import BEATS
from triage.people import SESSION_LENGTH
from triage.queues import JOBS
from triage.store import claims, heartbeats
from triage.wiring import Services

SECOND = timedelta(seconds=1)


def claim(services: Services) -> None:
    with services.database.write() as connection:
        claims.claim(connection, owner="one", now=NOW, lease=20 * SECOND, limit=64)


def nothing(_services: Services) -> None:
    """Nothing waits."""


def post_waits(services: Services) -> None:
    take_in(services, "jalan rusak")


def post_is_leased(services: Services) -> None:
    take_in(services, "jalan rusak")
    claim(services)


def post_is_done(services: Services) -> None:
    take_in(services, "jalan rusak")
    decide_all(services)


def notice_waits(services: Services) -> None:
    take_in(services, "kebakaran di pasar")
    decide_all(services)


def source_is_due(services: Services) -> None:
    start(services, "demo", NOW)


@pytest.mark.parametrize(
    ("situation", "woken"),
    [
        (nothing, []),
        (post_waits, ["triage"]),
        (post_is_leased, []),
        (post_is_done, []),
        (notice_waits, ["notify"]),
        (source_is_due, ["collect"]),
    ],
)
def test_whoever_has_work_is_woken(stored: Services, situation: Callable[[Services], None], woken: list[str]) -> None:
    situation(stored)
    stored.wakeups.woken.clear()  # type: ignore[attr-defined]
    beat.wake_workers(stored, max(NOW, datetime.now(UTC)))
    assert stored.wakeups.woken == woken  # type: ignore[attr-defined]


def test_posts_of_a_worker_that_died_wait_again(stored: Services) -> None:
    take_in(stored, "jalan rusak", "lampu mati")
    claim(stored)
    beat.sweep(stored, NOW + 20 * SECOND)
    assert {row.state for row in rows(stored, "SELECT state FROM posts")} == {"leased"}
    beat.sweep(stored, NOW + 21 * SECOND)
    assert {row.state for row in rows(stored, "SELECT state FROM posts")} == {"pending"}


def test_sessions_that_ran_out_are_forgotten(stored: Services) -> None:
    stored.people.add_user("op", "Op", "kuda-lumping-1947", "operator", "", NOW)
    stored.people.sign_in("op", "kuda-lumping-1947", NOW - SESSION_LENGTH)
    running = stored.people.sign_in("op", "kuda-lumping-1947", NOW)
    beat.forget_sessions(stored, NOW)
    assert value(stored, "SELECT count(*) FROM sessions") == 1
    assert stored.people.viewer(running, NOW) is not None


def test_a_sign_of_life_is_one_row_that_moves(stored: Services) -> None:
    for minute in range(3):
        beat.sign_of_life(stored, NOW + timedelta(minutes=minute))
    assert len(rows(stored, "SELECT * FROM heartbeats WHERE process = 'beat'")) == 1


def test_the_roll_is_called_of_every_kind_so_that_the_idle_give_a_sign_of_life_too(services: Services) -> None:
    beat.call_roll(services, NOW)
    assert sorted(services.wakeups.woken) == ["collect", "notify", "triage"]  # type: ignore[attr-defined]


def test_processes_silent_for_a_day_are_forgotten(stored: Services) -> None:
    with stored.database.write() as connection:
        heartbeats.beat(connection, "triage@old:1", NOW - timedelta(hours=25))
        heartbeats.beat(connection, "triage@new:2", NOW - timedelta(hours=23))
    beat.forget_processes(stored, NOW)
    assert [row.process for row in rows(stored, "SELECT process FROM heartbeats")] == ["triage@new:2"]


def run_once(services: Services) -> None:
    """One round of all beats."""
    rounds = iter([False, True])
    beat.run(services, stop=lambda: next(rounds))


def test_every_beat_runs_in_the_first_round(services: Services) -> None:
    take_in(services, "jalan rusak")
    run_once(services)
    assert services.wakeups.woken == ["triage", *JOBS]  # type: ignore[attr-defined]
    assert value(services, "SELECT process FROM heartbeats") == "beat"


def test_a_sick_beat_stops_no_other(services: Services) -> None:
    with services.database.write() as connection:
        connection.execute(text("DROP TABLE cursors"))  # wake_workers, the first beat, needs it
    run_once(services)
    assert value(services, "SELECT count(*) FROM heartbeats") == 1


def test_a_lost_wake_up_costs_about_a_second() -> None:
    every = {one.run: one.every for one in BEATS}
    assert every[beat.wake_workers] <= 1
    assert every[beat.sweep] <= 5


def test_the_roll_is_called_well_before_doctor_takes_a_worker_for_dead() -> None:
    (roll,) = (one.every for one in BEATS if one.run is beat.call_roll)
    assert roll * 2 <= STALE.total_seconds()
