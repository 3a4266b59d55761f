"""Labelled posts from JSONL, refused line by line where they cannot measure, and the folds of honest splits."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from models.errors import CorpusRefused
from models.jsonl import Row, rows
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy

CORPUS = Path(__file__).with_name("corpus") / "written.jsonl"
"""The posts that the project wrote."""


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """A text and what the annotation guide says about it."""

    id: str
    text: str
    intent: str
    topic: str
    urgency: str
    sentiment: str
    location: str = ""
    """Verbatim spans joined by " ; "; empty for none."""
    incident: str = ""
    """Posts of one event share a key; empty for none."""

    def label(self, head: str) -> str:
        """The label of one of ``HEADS``."""
        return str(getattr(self, head))


def read_posts(path: Path) -> list[LabelledPost]:
    """All posts of a JSONL file. Keys it does not know (style, lang, source) are ignored.

    Raises CorpusRefused at the first bad line, with its number; blank lines are skipped.
    """
    return [post for _, post in labelled(path)]


def labelled(path: Path) -> Iterator[tuple[Row, LabelledPost]]:
    """The posts of ``read_posts``, each behind the row that it stands in."""
    seen: dict[str, int] = {}
    for row in rows(path, remedy="name a JSONL file with one labelled post a line"):
        post = _post(row)
        if post.id in seen:
            raise row.refused(f"id {post.id!r} already stands in line {seen[post.id]}")
        seen[post.id] = row.line
        yield row, post
    if not seen:
        raise CorpusRefused(path, "holds no post")


def _post(row: Row) -> LabelledPost:
    values = row.values
    for field in ("id", "text", *HEADS):
        if not isinstance(values.get(field), str) or not values[field].strip():
            raise row.refused(f"{field} must be a text that is not empty")
    for head in HEADS:
        labels = load_taxonomy().labels(head)
        if values[head] not in labels:
            raise row.refused(f"{head}: unknown label {values[head][:40]!r}", f"use one of: {', '.join(labels)}")
    optional = {field: values.get(field) or "" for field in ("location", "incident")}
    for field, value in optional.items():
        if not isinstance(value, str):
            raise row.refused(f"{field} must be a text")
    return LabelledPost(id=values["id"], text=values["text"], **{h: values[h] for h in HEADS}, **optional)


def fold_of(group: str, folds: int, seed: int) -> int:
    """The fold of a group: a hash, so that a new post never moves the others."""
    digest = blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % folds
