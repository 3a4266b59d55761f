"""From a file to the record: batches through the door of intake, bad lines collected with their numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from listener.files import BadLine, Item
from triage.entities import IncomingPost
from triage.errors import InvalidPost
from triage.intake import IntakeDoor

BATCH = 1000
"""Posts a transaction: large enough that the disk's sync costs little, small enough to let others write."""


@dataclass(slots=True)
class Report:
    """What became of a file."""

    added: int = 0
    edited: int = 0
    known: int = 0
    bad: list[BadLine] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Posts that are in the record now."""
        return self.added + self.edited + self.known


def ingest(items: Iterator[Item], door: IntakeDoor, progress: Callable[[Report], None]) -> Report:
    """Take all posts of a file. ``progress`` is called after each batch."""
    report = Report()
    while batch := list(islice(items, BATCH)):
        posts = _checked(batch, door, report)
        if posts:
            result = door.accept(posts, datetime.now(UTC))
            report.added += result.added
            report.edited += result.edited
            report.known += result.known
        progress(report)
    return report


def _checked(batch: list[Item], door: IntakeDoor, report: Report) -> list[IncomingPost]:
    posts = []
    for item in batch:
        if isinstance(item, BadLine):
            report.bad.append(item)
            continue
        number, post = item
        try:
            door.check(post)
        except InvalidPost as error:
            report.bad.append(BadLine(number, error.message, error.remedy))
        else:
            posts.append(post)
    return posts
