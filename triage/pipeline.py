"""The path of a post, as one visible value: STAGES, in order.

READING needs no lock: the model speaks while others write. DECIDING runs inside the one
transaction that also writes the results, with the posts' fences checked and their matters
locked, so that no two workers open two cases of one matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from models.predictions import Reader
from triage.cities.boundaries import Boundaries
from triage.entities import City, Draft, Post
from triage.rules.places import Gazetteer
from triage.stages import alarm, classify, deadline, locate, match, route
from triage.stages.context import StageContext
from triage.store import claims, decisions, matters
from triage.store.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a post's path."""

    name: str
    run: Callable[[Sequence[Draft], StageContext], None]


READING = (Stage("classify", classify.run), Stage("locate", locate.run))
DECIDING = (
    Stage("match", match.run),
    Stage("route", route.run),
    Stage("deadline", deadline.run),
    Stage("alarm", alarm.run),
)
STAGES = READING + DECIDING


class Pipeline:
    """Runs the stages. Built once per process by triage.wiring."""

    def __init__(
        self,
        database: Database,
        city: City,
        reader: Reader,
        gazetteer: Gazetteer,
        boundaries: Boundaries,
        *,
        alert_channels: Sequence[str],
        max_attempts: int,
    ) -> None:
        self._database = database
        self._city = city
        self._reader = reader
        self._gazetteer = gazetteer
        self._boundaries = boundaries
        self._alert_channels = alert_channels
        self._max_attempts = max_attempts

    def decide(self, posts: Sequence[Post], now: datetime) -> int:
        """Take claimed posts through all stages. Returns how many were decided.

        A batch shares one transaction. If it fails, each post is tried alone, so that a bad
        one waits for its next try and takes no other with it.
        """
        try:
            return self._decide_together(posts, now)
        except Exception as error:  # whatever a post can break, it must not break the others
            if len(posts) > 1:
                log.warning("batch failed, trying posts one by one", posts=len(posts), error=repr(error))
                return sum(self.decide([post], now) for post in posts)
            self._note_failure(posts[0], error)
            return 0

    def read(self, drafts: Sequence[Draft], now: datetime) -> None:
        """The first half alone: what the posts say and where. Writes nothing."""
        with self._database.read() as connection:
            context = self._context(connection, now)
            for stage in READING:
                stage.run(drafts, context)

    def _decide_together(self, posts: Sequence[Post], now: datetime) -> int:
        drafts = [Draft(post, unread=post.attempts > self._max_attempts) for post in posts]
        self.read(drafts, now)
        with self._database.write() as connection:
            held = claims.hold(connection, posts)
            drafts = [draft for draft in drafts if draft.post.id in held]
            if not drafts:
                return 0
            matters.lock(connection, match.topics(drafts))
            context = self._context(connection, now)
            for stage in DECIDING:
                stage.run(drafts, context)
            decisions.save(connection, drafts, self._alert_channels, now)
        return len(drafts)

    def _context(self, connection: Connection, now: datetime) -> StageContext:
        return StageContext(now, self._city, self._reader, self._gazetteer, self._boundaries, connection)

    def _note_failure(self, post: Post, error: Exception) -> None:
        # One attempt more than unread posts get: if even the fallback fails, `dengar doctor` shows it.
        final = post.attempts > self._max_attempts + 1
        log.error("post failed", post=post.id, attempts=post.attempts, final=final, exc_info=error)
        with self._database.write() as connection:
            claims.note_failure(connection, post, repr(error), final=final)
