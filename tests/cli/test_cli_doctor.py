"""`dengar doctor`: what it finds on a healthy installation and on sick ones."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table

from models.registry import read_current
from tests.cli.conftest import Shell
from tests.support import world
from tests.support.record import rows
from tests.support.world import post
from triage.store import alerts, cursors, heartbeats, tables
from triage.store.tables import notices

CHECKS = [
    "database", "migrations", "redis", "artifact", "clock", "processes", "work", "notices", "sources", "freshness",
]  # fmt: skip
PROCESSES = ("beat", "triage@a:1", "collect@a:2", "notify@b:3")


def findings(shell: Shell) -> tuple[int, dict[str, dict[str, object]]]:
    """Exit status, and the findings by check."""
    ended = shell("doctor", "--json")
    found = json.loads(ended.out)
    assert all(list(one) == ["check", "ok", "detail", "remedy"] for one in found)
    return ended.status, {one["check"]: one for one in found}


def signs_of_life(shell: Shell, *processes: str, ago: timedelta = timedelta(0)) -> None:
    shell("key", "list")  # builds services
    with shell.services.database.write() as connection:
        for process in processes:
            heartbeats.beat(connection, process, datetime.now(UTC) - ago)


@pytest.fixture
def healthy(shell: Shell, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Migrated, with Redis, a beat and a worker of each kind."""
    monkeypatch.setenv("DENGAR_REDIS_URL", redis_url)
    signs_of_life(shell, *PROCESSES)
    return shell


def sick(found: dict[str, dict[str, object]]) -> list[str]:
    return [name for name, one in found.items() if not one["ok"]]


def test_a_healthy_installation(healthy: Shell) -> None:
    status, found = findings(healthy)
    assert (status, sick(found)) == (0, [])
    assert list(found) == CHECKS
    people = healthy("doctor")
    assert people.status == 0
    assert people.out.count("ok ") == len(CHECKS)
    assert "FAIL" not in people.out


def test_no_redis(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_REDIS_URL", "redis://:rahasia@127.0.0.1:1/0")
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["redis"])
    assert "DENGAR_REDIS_URL" in str(found["redis"]["remedy"])
    assert "rahasia" not in str(found)


def test_nothing_set_up_yet(bare: Shell) -> None:
    status, found = findings(bare)
    assert status == 1
    assert {"database", "migrations", "redis", "processes"} <= set(sick(found))
    assert "dengar migrate" in str(found["migrations"]["remedy"])
    assert found["artifact"]["ok"]


def test_an_artifact_that_was_changed(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("artifact").resolve()
    shutil.copytree(read_current().folder, folder)
    monkeypatch.setenv("DENGAR_MODEL_DIR", str(folder))
    assert findings(healthy)[0] == 0
    thresholds = folder / "thresholds.json"
    thresholds.write_bytes(thresholds.read_bytes().replace(b"0.", b"0.0", 1))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["artifact"])
    assert "does not match its sha256" in str(found["artifact"]["detail"])
    assert found["artifact"]["remedy"]


def test_a_beat_that_fell_silent(healthy: Shell) -> None:
    signs_of_life(healthy, "beat", ago=timedelta(minutes=3))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["processes"])
    assert "dengar beat" in str(found["processes"]["remedy"])


@pytest.mark.parametrize("process", PROCESSES[1:])
def test_a_kind_of_worker_that_fell_silent(healthy: Shell, process: str) -> None:
    signs_of_life(healthy, process, ago=timedelta(minutes=3))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["processes"])
    kind = process.partition("@")[0]
    assert f"dengar worker {kind}" in str(found["processes"]["remedy"])
    signs_of_life(healthy, f"{kind}@elsewhere:9")
    assert findings(healthy)[0] == 0, "another one of its kind lives"


@pytest.fixture
def alarmed(healthy: Shell) -> Shell:
    """One alarm, raised just now, whose notice waits."""
    services = world.quiet(healthy.services)
    world.take_in(services, "kebakaran di pasar Gubeng")
    world.decide_all(services)
    assert findings(healthy)[0] == 0
    return healthy


def test_a_notice_that_was_given_up_shows_until_it_is_tried_again(alarmed: Shell) -> None:
    set_all(alarmed, notices, state="failed", attempts=7)
    status, found = findings(alarmed)
    assert (status, sick(found)) == (1, ["notices"])
    assert found["notices"]["detail"] == "given up 1, late 0"
    assert "dengar retry" in str(found["notices"]["remedy"])
    assert alarmed("retry").out == "on their way again: posts 0, notices 1\n"
    assert findings(alarmed)[0] == 0
    with alarmed.services.database.write() as connection:
        assert len(alerts.take_due_notices(connection, datetime.now(UTC), timedelta(seconds=30), 9)) == 1


def test_a_notice_that_is_long_overdue(alarmed: Shell) -> None:
    set_all(alarmed, tables.alerts, raised_at=datetime.now(UTC) - timedelta(minutes=6))
    status, found = findings(alarmed)
    assert (status, sick(found)) == (1, ["notices"])
    assert found["notices"]["detail"] == "given up 0, late 1"
    set_all(alarmed, notices, state="delivered")
    assert findings(alarmed)[0] == 0


def test_a_notice_over_a_channel_that_is_no_more(alarmed: Shell) -> None:
    set_all(alarmed, notices, state="failed", channel="webhook")
    assert findings(alarmed)[0] == 0


def test_a_source_that_fails(healthy: Shell) -> None:
    now = datetime.now(UTC)
    with healthy.services.database.write() as connection:
        cursors.ensure(connection, "demo", now)
        cursors.advance(connection, "demo", 0, position="", next_at=now, error="CityPackError('gone')")
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["sources"])
    assert found["sources"]["detail"] == "demo: CityPackError('gone')"
    with healthy.services.database.write() as connection:
        cursors.advance(connection, "demo", 1, position="", next_at=now, error="")
    assert findings(healthy)[0] == 0


def test_posts_that_failed_show_until_they_are_tried_again(healthy: Shell) -> None:
    healthy.services.intake.accept([post("lampu mati", number) for number in (1, 2, 3)], datetime.now(UTC))
    set_all(healthy, tables.posts, state="failed", attempts=7, error="RuntimeError()")
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["work"])
    assert "dengar retry" in str(found["work"]["remedy"])
    assert healthy("retry").out == "on their way again: posts 3, notices 0\n"
    assert findings(healthy)[0] == 0
    assert {(row.state, row.attempts) for row in rows(healthy.services, "SELECT * FROM posts")} == {("pending", 0)}
    assert world.decide_all(world.quiet(healthy.services)) == 3
    assert healthy("retry").out == "on their way again: posts 0, notices 0\n"


def set_all(shell: Shell, table: Table, **columns: object) -> None:
    with shell.services.database.write() as connection:
        connection.execute(table.update().values(columns))


def test_posts_that_wait_for_too_long(healthy: Shell) -> None:
    healthy.services.intake.accept([post("lampu mati", source="webform")], datetime.now(UTC) - timedelta(minutes=6))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["work"])
    assert "start more triage workers" in str(found["work"]["remedy"])
    assert "webform 6 min ago" in str(found["freshness"]["detail"])
    assert str(found["freshness"]["detail"]).startswith("for your judgement"), "it never fails, and says so"


def test_a_database_that_does_not_answer(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_DATABASE_URL", "postgresql://dengar:rahasia@127.0.0.1:1/dengar")
    ended = healthy("doctor")
    assert ended.status == 1
    assert "FAIL database" in ended.out
    assert "DENGAR_DATABASE_URL" in ended.out
    assert "rahasia" not in ended.out + ended.err
