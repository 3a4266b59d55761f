"""The contract of a source that is pulled: given where it stopped, it hands over one page.

Fetching may do I/O; it stores nothing. The one loop in listener.collect stores the page
together with its cursor, so a page is taken wholly or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.entities import IncomingPost


@dataclass(frozen=True, slots=True)
class Page:
    """What one look at a source brought."""

    posts: Sequence[IncomingPost]
    position: str
    """Where the next look goes on; the source's own format."""
    next_at: datetime
    """When to look again."""


class PullSource(Protocol):
    """A source that is asked for news."""

    def fetch(self, position: str, now: datetime) -> Page:
        """The next page after ``position`` ('' at the very beginning)."""
        ...
