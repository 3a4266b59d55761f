"""Wake-ups through a real Redis, and real RQ workers that drain the record."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from redis import Redis
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from tests.support.record import rows, value
from tests.support.world import NOW, post
from triage import beat, wiring
from triage.queues import JOBS, QUIET, Wakeups
from triage.settings import Settings
from triage.store import migrate
from triage.wiring import Services


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    connection = Redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.close()


@pytest.fixture
def wakeups(redis: Redis) -> Wakeups:
    return Wakeups(redis)


@pytest.fixture
def process(tmp_path: Path, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services that a job of this process finds: its own database, the real Redis, the real reader."""
    monkeypatch.setenv("DENGAR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DENGAR_REDIS_URL", redis_url)
    wiring.process_services.cache_clear()
    services = wiring.process_services()
    migrate.upgrade(services.database)
    yield services
    services.database.close()
    wiring.process_services.cache_clear()


class QuietWorker(SimpleWorker):
    """As in production, less the signal handlers, which belong to the tests' process."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        """Leave the signals alone."""


def burst(services: Services, kind: str) -> None:
    """Run the jobs of a queue until there are none."""
    worker = QuietWorker([services.wakeups.queue(kind)], connection=services.worker_redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")


# --- the jobs ----------------------------------------------------------------------------


def test_a_woken_worker_decides_what_waits_and_wakes_who_sends(process: Services) -> None:
    texts = ["kebakaran besar di pasar, warga terjebak api", "terima kasih dinas, jalannya sudah mulus"]
    process.intake.accept([post(text, number) for number, text in enumerate(texts)], NOW)
    assert process.wakeups.wake("triage")
    burst(process, "triage")
    assert rows(process, "SELECT id FROM posts WHERE state <> 'done'") == []
    assert value(process, "SELECT count(*) FROM predictions") == 2
    assert process.wakeups.queue("notify").count == 1
    assert len(rows(process, "SELECT process FROM heartbeats WHERE process LIKE 'triage@%'")) == 1


def test_a_woken_sender_delivers_what_is_due(process: Services) -> None:
    process.intake.accept([post("kebakaran besar di pasar, banyak orang terjebak api, tolong damkar", 1)], NOW)
    process.wakeups.wake("triage")
    burst(process, "triage")
    assert value(process, "SELECT count(*) FROM alerts") == 1
    burst(process, "notify")
    assert [row.state for row in rows(process, "SELECT state FROM notices")] == ["delivered"]


def test_a_job_that_finds_nothing_does_no_harm(process: Services) -> None:
    process.wakeups.wake("triage")
    burst(process, "triage")
    assert process.wakeups.queue("triage").failed_job_registry.count == 0


# --- what stands in Redis ----------------------------------------------------------------


def test_redis_holds_names_of_jobs_and_no_word_of_a_post(process: Services, redis: Redis) -> None:
    process.intake.accept([post("rahasia: kebakaran di pasar", 1, author="@budi")], NOW)
    process.wakeups.wake("triage")
    (job_id,) = process.wakeups.queue("triage").job_ids
    job = Job.fetch(job_id, connection=redis, serializer=JSONSerializer)
    assert orjson.loads(job.data) == [JOBS["triage"], None, [], {}]
    dump = b"".join(redis.dump(key) + key for key in redis.keys("*"))
    for word in (b"rahasia", b"kebakaran", b"budi", b"api-1"):
        assert word not in dump


def test_wake_ups_of_one_kind_are_one_job_until_it_starts(wakeups: Wakeups) -> None:
    assert all(wakeups.wake("triage") for _ in range(5))
    assert wakeups.queue("triage").count == 1
    wakeups.wake("notify")
    assert wakeups.queue("notify").count == 1, "other kinds are not held back"
    wakeups.heard("triage")
    wakeups.wake("triage")
    assert wakeups.queue("triage").count == 2, "what comes after the job has started is heard"


def test_the_quiet_ends_by_itself_when_a_job_never_starts(wakeups: Wakeups, redis: Redis) -> None:
    wakeups.wake("triage")
    (key,) = redis.keys("dengar:awake:*")
    assert 0 < redis.pttl(key) <= QUIET * 1000


def test_nothing_is_lost_when_redis_is_wiped(process: Services, redis: Redis) -> None:
    process.intake.accept([post("jalan rusak", 1)], NOW)
    process.wakeups.wake("triage")
    redis.flushall()
    assert process.wakeups.queue("triage").count == 0
    beat.wake_workers(process, NOW)
    assert process.wakeups.queue("triage").count == 1
    burst(process, "triage")
    assert rows(process, "SELECT id FROM posts WHERE state <> 'done'") == []


# --- a Redis that is gone ----------------------------------------------------------------


def _nowhere(tmp_path: Path) -> str:
    return f"unix://{tmp_path / 'nobody.sock'}"


def test_without_redis_a_wake_up_is_refused_quickly_and_nothing_raises(tmp_path: Path) -> None:
    wakeups = Services(Settings(data_dir=tmp_path, redis_url=_nowhere(tmp_path))).wakeups
    start = time.monotonic()
    assert wakeups.wake("triage") is False
    assert time.monotonic() - start < 3
    wakeups.heard("triage")


def test_a_redis_that_never_answers_holds_nobody_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        wakeups = Services(Settings(data_dir=tmp_path, redis_url=f"redis://127.0.0.1:{port}/0")).wakeups
        start = time.monotonic()
        assert wakeups.wake("triage") is False
        assert time.monotonic() - start < 3


def test_posts_are_accepted_without_redis(tmp_path: Path) -> None:
    services = Services(Settings(data_dir=tmp_path, redis_url=_nowhere(tmp_path)))
    migrate.upgrade(services.database)
    services.intake.accept([post("jalan rusak", 1)], NOW)
    assert services.wakeups.wake("triage") is False
    beat.wake_workers(services, NOW)
    assert value(services, "SELECT state FROM posts") == "pending"
    services.database.close()
