"""The clock of Dengar: returns expired leases, wakes workers for what waits, calls the roll. Once per installation.

Two beats do no harm, they only do the same twice; none for a while costs only time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from triage.queues import JOBS
from triage.store import alerts, claims, cursors, heartbeats, people
from triage.wiring import Services

log = structlog.get_logger(__name__)

HEARTBEATS_KEPT = timedelta(days=1)
"""How long a process that fell silent is remembered."""


def sweep(services: Services, now: datetime) -> None:
    """Posts whose worker died wait again."""
    with services.database.write() as connection:
        returned = claims.sweep(connection, now)
    if returned:
        log.warning("returned posts of a worker that died", posts=returned)


def wake_workers(services: Services, now: datetime) -> None:
    """Whatever waits has a worker on its way, even if its wake-up was lost."""
    with services.database.read() as connection:
        waiting = {
            "triage": claims.any_waiting(connection),
            "notify": alerts.any_due_notice(connection, now),
            "collect": bool(cursors.due(connection, now)),
        }
    for kind, due in waiting.items():
        if due:
            services.wakeups.wake(kind)


def sign_of_life(services: Services, now: datetime) -> None:
    """For `dengar doctor`."""
    with services.database.write() as connection:
        heartbeats.beat(connection, "beat", now)


def call_roll(services: Services, now: datetime) -> None:
    """Wake every kind of worker, work or not: a job begins with a sign of life, so that also the idle give one."""
    del now
    for kind in JOBS:
        services.wakeups.wake(kind)


def forget_processes(services: Services, now: datetime) -> None:
    """Processes that fell silent long ago."""
    with services.database.write() as connection:
        heartbeats.purge(connection, now - HEARTBEATS_KEPT)


def forget_sessions(services: Services, now: datetime) -> None:
    """Sessions that ran out."""
    with services.database.write() as connection:
        people.purge_sessions(connection, now)


@dataclass(frozen=True, slots=True)
class Beat:
    """Something done again and again."""

    every: float
    """Seconds."""
    run: Callable[[Services, datetime], None]


BEATS = (
    Beat(1, wake_workers),
    Beat(5, sweep),
    Beat(10, sign_of_life),
    Beat(60, call_roll),
    Beat(600, forget_processes),
    Beat(600, forget_sessions),
)


def run(services: Services, stop: Callable[[], bool] = lambda: False) -> None:
    """Beat until told to stop. A beat that fails is logged and comes again."""
    due = dict.fromkeys(BEATS, 0.0)
    while not stop():
        for beat in BEATS:
            if time.monotonic() >= due[beat]:
                _safely(beat, services)
                due[beat] = time.monotonic() + beat.every
        time.sleep(0.2)


def _safely(beat: Beat, services: Services) -> None:
    try:
        beat.run(services, datetime.now(UTC))
    except Exception as error:  # one sick beat must not stop the sweeper
        log.error("beat failed", beat=beat.run.__name__, exc_info=error)
