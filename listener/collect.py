"""The one loop of collecting: fetch a page, store it together with its cursor, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from listener.sources.base import PullSource
from triage.entities import IncomingPost
from triage.errors import InvalidPost
from triage.intake import IntakeDoor
from triage.store import cursors
from triage.store.database import Database

log = structlog.get_logger(__name__)

AFTER_FAILURE = timedelta(seconds=30)
"""How long a source that failed is left alone."""


def collect(source: str, puller: PullSource, database: Database, intake: IntakeDoor, now: datetime) -> int:
    """Take one page of a source. Returns how many posts it added.

    If someone else moved the cursor meanwhile, the page is dropped: they have stored it.
    """
    with database.read() as connection:
        cursor = cursors.read(connection, source)
    try:
        page = puller.fetch(cursor.position, now)
    except Exception as error:  # any source can fail in any way; it is noted and tried again
        log.error("source failed", source=source, exc_info=error)
        with database.write() as connection:
            cursors.advance(
                connection,
                source,
                cursor.revision,
                position=cursor.position,
                next_at=now + AFTER_FAILURE,
                error=repr(error),
            )
        return 0
    rows = intake.prepare(_acceptable(page.posts, intake), now)
    with database.write() as connection:
        moved = cursors.advance(
            connection, source, cursor.revision, position=page.position, next_at=page.next_at, error=""
        )
        return intake.store(connection, rows, now).added if moved else 0


def _acceptable(posts: Sequence[IncomingPost], intake: IntakeDoor) -> list[IncomingPost]:
    """Posts that intake takes. One that it refuses is logged and passed over: it must not hold up the source."""
    good = []
    for post in posts:
        try:
            intake.check(post)
        except InvalidPost as error:
            log.warning("post passed over", source=post.source, external_id=post.external_id, problem=error.message)
        else:
            good.append(post)
    return good
