"""`dengar doctor`: is everything there that a post needs on its way, and is it moving?"""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
import typer
from redis.exceptions import RedisError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from models.errors import ModelsError
from triage.errors import DengarError
from triage.queues import JOBS
from triage.store import cursors, heartbeats, migrate, notices
from triage.store import posts as post_store
from triage.wiring import Services, process_services

CLOCK_START = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: Dengar did not exist."""

STALE = timedelta(minutes=2)
"""Who is silent for longer is dead: the beat speaks every ten seconds, and has every worker speak once a minute."""

LONG_WAIT = timedelta(minutes=5)
"""Posts waiting longer mean that the workers do not keep up; alarms not told for longer, that a channel is broken."""

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Check what a post and an alarm need on their way, and whether they move. Exit status 1 if anything is wrong.

    Example: [cyan]dengar doctor || mail -s 'Dengar' operator@example.org[/]
    """
    services = process_services()
    findings = [_run(name, check, services) for name, check in CHECKS]
    if as_json:
        sys.stdout.buffer.write(orjson.dumps([asdict(f) for f in findings], option=orjson.OPT_APPEND_NEWLINE))
    else:
        for finding in findings:
            mark = "[green]ok  [/]" if finding.ok else "[red]FAIL[/]"
            remedy = f"  -> {finding.remedy}" if finding.remedy else ""
            console.print(f"{mark} {finding.check:12} ", end="")
            console.print(f"{finding.detail}{remedy}", markup=False)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _run(name: str, check: Callable[[Services], Finding], services: Services) -> Finding:
    try:
        return check(services)
    except (DengarError, ModelsError) as error:
        return Finding(name, False, error.message, error.remedy)
    except RedisError as error:
        return Finding(name, False, _first_line(error), "start Redis (dengar up does), or check DENGAR_REDIS_URL")
    except (SQLAlchemyError, OSError) as error:
        return Finding(name, False, _first_line(error), "check DENGAR_DATABASE_URL, then run: dengar migrate")


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def _database(services: Services) -> Finding:
    started = time.perf_counter()
    services.database.ping()
    took = (time.perf_counter() - started) * 1000
    return Finding("database", True, f"{services.database.url.render_as_string()} answers in {took:.1f} ms")


def _migrations(services: Services) -> Finding:
    migrate.require_current(services.database)
    return Finding("migrations", True, "all have run")


def _redis(services: Services) -> Finding:
    services.redis.ping()
    return Finding("redis", True, f"{services.settings.redis.split('@')[-1]} answers")


def _artifact(services: Services) -> Finding:
    reader = services.reader
    reader.read(["lampu jalan mati"])
    return Finding("artifact", True, f"{reader.version} reads")


def _clock(services: Services) -> Finding:
    del services
    now = datetime.now(UTC)
    if now < CLOCK_START:
        return Finding("clock", False, f"says {now:%Y-%m-%d}", "set the machine's clock, run NTP")
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _processes(services: Services) -> Finding:
    now = datetime.now(UTC)
    with services.database.read() as connection:
        signs = heartbeats.newest_by_kind(connection)
    alive = {kind: now - at for kind, at in signs.items() if now - at <= STALE}
    if "beat" not in alive:
        return Finding("processes", False, "the beat gives no sign of life", "run: dengar up, or dengar beat")
    silent = [kind for kind in JOBS if kind not in alive]
    if silent:
        remedy = f"run: dengar up, or dengar worker {silent[0]}; workers also fall silent without Redis"
        return Finding("processes", False, f"no worker gives a sign of life for: {', '.join(silent)}", remedy)
    told = ", ".join(f"{kind} {max(span, timedelta(0)).seconds} s ago" for kind, span in sorted(alive.items()))
    return Finding("processes", True, told)


def _work(services: Services) -> Finding:
    with services.database.read() as connection:
        counts = post_store.states(connection)
        oldest = post_store.oldest_waiting(connection)
    told = ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "no posts yet"
    if counts.get("failed"):
        return Finding("work", False, told, "see the triage log and posts.error, mend it, then run: dengar retry")
    if oldest and datetime.now(UTC) - oldest > LONG_WAIT:
        return Finding("work", False, told, f"posts wait since {oldest:%H:%M} UTC: start more triage workers")
    return Finding("work", True, told)


def _notices(services: Services) -> Finding:
    with services.database.read() as connection:
        stuck = notices.stuck(connection, services.alert_channels, datetime.now(UTC) - LONG_WAIT)
    told = f"given up {stuck.given_up}, late {stuck.late}"
    if stuck.given_up:
        remedy = "tell people by phone; see notices.outcome and the notify log, mend it, then run: dengar retry"
        return Finding("notices", False, told, remedy)
    if stuck.late:
        return Finding("notices", False, told, "see notices.outcome and the notify log; check DENGAR_ALERT_WEBHOOK")
    return Finding("notices", True, told)


def _sources(services: Services) -> Finding:
    with services.database.read() as connection:
        errors = cursors.errors(connection)
    if errors:
        told = "; ".join(f"{source}: {error}" for source, error in errors.items())
        return Finding("sources", False, told, "see the collect log; a source that failed is tried again by itself")
    return Finding("sources", True, "every source that is pulled answered last time")


def _freshness(services: Services) -> Finding:
    now = datetime.now(UTC)
    with services.database.read() as connection:
        newest = post_store.newest_by_source(connection)
    told = ", ".join(f"{source} {_ago(now - at)}" for source, at in sorted(newest.items()))
    # Whether silence is a fault only people know: some sources write daily, some when it burns.
    return Finding("freshness", True, f"for your judgement, last post: {told or 'none from any source yet'}")


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"


CHECKS: tuple[tuple[str, Callable[[Services], Finding]], ...] = (
    ("database", _database),
    ("migrations", _migrations),
    ("redis", _redis),
    ("artifact", _artifact),
    ("clock", _clock),
    ("processes", _processes),
    ("work", _work),
    ("notices", _notices),
    ("sources", _sources),
    ("freshness", _freshness),
)
