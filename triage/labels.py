"""The door from the desks back to the model: what people corrected, as posts that training can take."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from models.predictions import HEADS
from triage.store import labels
from triage.store.database import Database


@dataclass(frozen=True, slots=True)
class TaughtPost:
    """A post with at least one human label, in the shape that `dengar train --labels` reads."""

    id: str
    text: str
    """Redacted."""
    intent: str
    topic: str
    urgency: str
    sentiment: str
    incident: str
    """Its case: posts of one matter stay together when training holds some out."""
    human: tuple[str, ...]
    """Heads whose label a person gave; the others are the machine's word."""


class Labels:
    """Built once per process by triage.wiring."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """How many posts have a human label: what ``export`` gives, and those it must pass over."""
        with self._database.read() as connection:
            return labels.count_taught(connection)

    def export(self) -> Iterator[TaughtPost]:
        """Every post with a human label, ordered by id.

        Passed over: a post that the machine never read and of which people labelled some heads only.
        """
        with self._database.read() as connection:
            for post_id, rows in groupby(labels.taught(connection), attrgetter("post_id")):
                *_older, newest = given = list(rows)
                human = {row.head: row.value for row in given}  # oldest first: the newest stays
                words = {head: human.get(head) or getattr(newest, head) for head in HEADS}
                if all(words.values()):
                    yield TaughtPost(
                        id=post_id,
                        text=newest.text,
                        **words,
                        incident=f"case-{newest.case_id}",
                        human=tuple(head for head in HEADS if head in human),
                    )
