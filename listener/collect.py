"""The one loop of collecting: fetch a page, store it together with its cursor, in one transaction."""

from datetime import datetime, timedelta

import structlog

from listener.sources.base import PullSource
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
    rows = intake.prepare(page.posts, now)
    with database.write() as connection:
        moved = cursors.advance(
            connection, source, cursor.revision, position=page.position, next_at=page.next_at, error=""
        )
        return intake.store(connection, rows, now).added if moved else 0
