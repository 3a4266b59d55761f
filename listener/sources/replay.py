"""Replays a bundled stream at the pace in which it was written, as if citizens were posting now."""

from datetime import datetime, timedelta
from importlib.resources.abc import Traversable

import orjson

from listener.sources.base import Page
from triage.entities import IncomingPost

PAGE = 50
"""Posts handed over at once, when a replay was interrupted and has to catch up."""

PACE = timedelta(seconds=1)
"""How often to look for posts that are due."""

NEVER = timedelta(days=3650)
"""When to look again after the last post."""


class ReplaySource:
    """Plays a JSONL file: ``{"external_id", "at" (seconds after the start), "source", "author", "text"}``.

    The position is ``<start of the replay>|<posts handed over>``.
    """

    def __init__(self, stream: Traversable) -> None:
        self._lines = [orjson.loads(line) for line in stream.read_bytes().splitlines() if line.strip()]

    def fetch(self, position: str, now: datetime) -> Page:
        """Posts whose time has come since the start."""
        start, done = _read(position, now)
        due = []
        for line in self._lines[done : done + PAGE]:
            published = start + timedelta(seconds=line["at"])
            if published > now:
                break
            due.append(
                IncomingPost(
                    source=line["source"],
                    external_id=line["external_id"],
                    text=line["text"],
                    author=line["author"],
                    created_at=published,
                )
            )
        done += len(due)
        finished = done >= len(self._lines)
        return Page(due, f"{start.isoformat()}|{done}", now + (NEVER if finished else PACE))


def _read(position: str, now: datetime) -> tuple[datetime, int]:
    if not position:
        return now, 0
    start, done = position.split("|")
    return datetime.fromisoformat(start), int(done)
