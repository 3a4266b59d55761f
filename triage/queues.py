"""Wake-ups through RQ: one queue for each kind of worker, each with the one job it runs.

Redis carries no data. A lost wake-up costs at most the beat's interval, a doubled one
finds an empty work list.
"""

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

JOBS = {
    "triage": "triage.worker.drain_posts",
    "notify": "triage.worker.drain_notices",
    "collect": "listener.schedule.collect_due",
}
"""Queue -> the job that its workers run. A test proves that each name leads to a function."""

JOB_TIMEOUT = 120
"""Seconds after which RQ ends a job; each stops by itself long before."""

QUIET = 3
"""Seconds in which further wake-ups of one kind are swallowed: one job drains everything.

The job lifts the quiet before it looks at the work list, so nothing that comes later is missed.
"""


class Wakeups:
    """Wakes workers. Never raises: work is in the record, and the beat wakes again."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def wake(self, kind: str) -> bool:
        """Wake the workers of a kind. False if Redis could not be reached."""
        try:
            if self._redis.set(_awake(kind), 1, nx=True, ex=QUIET):
                self.queue(kind).enqueue(JOBS[kind], result_ttl=0, failure_ttl=60, job_timeout=JOB_TIMEOUT)
        except RedisError as error:
            log.warning("no wake-up, the beat will try again", kind=kind, error=str(error))
            return False
        return True

    def heard(self, kind: str) -> None:
        """Called by the job as its first act: from now on wake-ups count again."""
        try:
            self._redis.delete(_awake(kind))
        except RedisError as error:
            log.warning("wake-ups stay quiet for a moment", kind=kind, error=str(error))

    def queue(self, kind: str) -> Queue:
        """The RQ queue of a kind of worker."""
        return Queue(kind, connection=self._redis, serializer=JSONSerializer)


def _awake(kind: str) -> str:
    return f"dengar:awake:{kind}"
