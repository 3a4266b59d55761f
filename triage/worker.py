"""Every job of triage on one page, and the process that runs jobs of one kind.

A job is thin: it drains its work list in the record for a while, then sleeps until woken.
"""

import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from triage.queues import JOBS
from triage.store import claims, heartbeats
from triage.wiring import Services, process_services

log = structlog.get_logger(__name__)

SHIFT = 20.0
"""Seconds one job works before it hands over to a fresh one, so that RQ sees signs of life."""


def drain_posts() -> None:
    """Job of the queue `triage`: decide waiting posts, most alarming first, until none wait."""
    services = process_services()
    services.wakeups.heard("triage")
    _work("triage", services, lambda: decide_batch(services))
    services.wakeups.wake("notify")


def drain_notices() -> None:
    """Job of the queue `notify`: send notices that are due."""
    services = process_services()
    services.wakeups.heard("notify")
    _work("notify", services, lambda: services.notifier.deliver_next(datetime.now(UTC)))


def decide_batch(services: Services) -> int:
    """Claim one batch and take it through the pipeline. Returns how many posts were claimed."""
    now = datetime.now(UTC)
    with services.database.write() as connection:
        batch = claims.claim(
            connection,
            owner=process_name("triage"),
            now=now,
            lease=timedelta(seconds=services.settings.lease_seconds),
            limit=services.settings.batch_size,
        )
    if batch:
        services.pipeline.decide(batch, now)
        if any(post.alarm_score for post in batch):
            services.wakeups.wake("notify")
    return len(batch)


def _work(kind: str, services: Services, step: Callable[[], int]) -> None:
    """Repeat a step until it finds nothing, at most for one shift."""
    sign_of_life(services, kind)
    until = time.monotonic() + SHIFT
    while step():
        if time.monotonic() > until:
            services.wakeups.wake(kind)
            return


def sign_of_life(services: Services, kind: str) -> None:
    """Tell `dengar doctor` that this process lives."""
    with services.database.write() as connection:
        heartbeats.beat(connection, process_name(kind), datetime.now(UTC))


def process_name(kind: str) -> str:
    """Name of this process in leases and heartbeats."""
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"


def run(kind: str, services: Services) -> None:
    """Run jobs of one kind until told to stop. One queue a worker: RQ then loses no job it has popped.

    SimpleWorker: a loaded model must never be forked.
    """
    if kind == "triage":
        services.pipeline  # noqa: B018 - load the model before the first post waits for it
    worker = SimpleWorker(
        [services.wakeups.queue(kind)],
        connection=services.worker_redis,
        serializer=JSONSerializer,
        name=f"{process_name(kind)}:{time.time_ns()}",
    )
    log.info("worker ready", kind=kind, job=JOBS[kind])
    services.wakeups.wake(kind)
    worker.work(logging_level="WARNING", with_scheduler=False)
