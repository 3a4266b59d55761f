"""`dengar doctor`: what it finds on a healthy installation and on sick ones."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.registry import read_current
from tests.cli.conftest import Shell
from tests.support.world import post
from triage.store import heartbeats

CHECKS = ["database", "migrations", "redis", "artifact", "clock", "processes", "work", "freshness"]


def findings(shell: Shell) -> tuple[int, dict[str, dict[str, object]]]:
    """Exit status, and the findings by check."""
    ended = shell("doctor", "--json")
    found = json.loads(ended.out)
    assert all(list(one) == ["check", "ok", "detail", "remedy"] for one in found)
    return ended.status, {one["check"]: one for one in found}


def beat(shell: Shell, ago: timedelta = timedelta(0)) -> None:
    shell("key", "list")  # builds services
    with shell.services.database.write() as connection:
        heartbeats.beat(connection, "beat", datetime.now(UTC) - ago)


@pytest.fixture
def healthy(shell: Shell, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Migrated, with Redis and a beat."""
    monkeypatch.setenv("DENGAR_REDIS_URL", redis_url)
    beat(shell)
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
    beat(healthy, timedelta(minutes=3))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["processes"])
    assert "dengar beat" in str(found["processes"]["remedy"])


def test_posts_that_wait_for_too_long(healthy: Shell) -> None:
    healthy.services.intake.accept([post("lampu mati", source="webform")], datetime.now(UTC) - timedelta(minutes=6))
    status, found = findings(healthy)
    assert (status, sick(found)) == (1, ["work"])
    assert "start more triage workers" in str(found["work"]["remedy"])
    assert "webform 6 min ago" in str(found["freshness"]["detail"])


def test_a_database_that_does_not_answer(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_DATABASE_URL", "postgresql://dengar:rahasia@127.0.0.1:1/dengar")
    ended = healthy("doctor")
    assert ended.status == 1
    assert "FAIL database" in ended.out
    assert "DENGAR_DATABASE_URL" in ended.out
    assert "rahasia" not in ended.out + ended.err
