"""Labelled posts from JSONL, refused line by line where they cannot teach, and grouped for honest splits."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import orjson
from rapidfuzz import fuzz, process

from models.errors import CorpusRefused
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.text import normalise

CORPUS = Path(__file__).with_name("corpus") / "written.jsonl"
"""The posts that the project wrote."""
SAME_MATTER = 80
"""rapidfuzz token_set_ratio (0-100) from which two posts count as near-duplicates."""

_CHUNK = 512
"""Rows compared at once: bounds memory to 512 x all."""


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
    if not path.is_file():
        raise CorpusRefused(path, "is missing", remedy="name a JSONL file with one labelled post a line")
    posts = []
    seen: dict[str, int] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        post = _post(path, number, line)
        if post.id in seen:
            raise CorpusRefused(path, f"id {post.id!r} already stands in line {seen[post.id]}", line=number)
        seen[post.id] = number
        posts.append(post)
    if not posts:
        raise CorpusRefused(path, "holds no post")
    return posts


def _post(path: Path, number: int, line: bytes) -> LabelledPost:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise CorpusRefused(path, f"is not JSON ({error})", line=number) from error
    if not isinstance(row, dict):
        raise CorpusRefused(path, "is not an object", line=number)
    for field in ("id", "text", *HEADS):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise CorpusRefused(path, f"{field} must be a text that is not empty", line=number)
    for head in HEADS:
        labels = load_taxonomy().labels(head)
        if row[head] not in labels:
            remedy = f"use one of: {', '.join(labels)}"
            raise CorpusRefused(path, f"{head}: unknown label {row[head][:40]!r}", line=number, remedy=remedy)
    optional = {field: row.get(field) or "" for field in ("location", "incident")}
    for field, value in optional.items():
        if not isinstance(value, str):
            raise CorpusRefused(path, f"{field} must be a text", line=number)
    return LabelledPost(id=row["id"], text=row["text"], **{h: row[h] for h in HEADS}, **optional)


def refuse_empty_classes(posts: Sequence[LabelledPost], path: Path) -> None:
    """Raises CorpusRefused when a label of the taxonomy has fewer than 2 posts: it could not be learnt."""
    for head in HEADS:
        taught = [post.label(head) for post in posts]
        for label in load_taxonomy().labels(head):
            if taught.count(label) < 2:
                raise CorpusRefused(path, f"{head}: label {label!r} has fewer than 2 posts", remedy="add some")


def group_posts(posts: Sequence[LabelledPost]) -> list[str]:
    """A group key for each post; near-duplicates and posts of one incident share it.

    A split that parts a group measures memory, not understanding.
    """
    parent = list(range(len(posts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first_of: dict[str, int] = {}
    for i, post in enumerate(posts):
        if post.incident:
            parent[root(i)] = root(first_of.setdefault(post.incident, i))
    texts = [normalise(post.text) for post in posts]
    for start in range(0, len(texts), _CHUNK):
        block = texts[start : start + _CHUNK]
        alike = process.cdist(
            block, texts, scorer=fuzz.token_set_ratio, score_cutoff=SAME_MATTER, dtype=np.uint8, workers=-1
        )
        for i, j in zip(*(axis.tolist() for axis in np.nonzero(alike)), strict=True):
            parent[root(start + i)] = root(j)
    return [posts[root(i)].id for i in range(len(posts))]


def fold_of(group: str, folds: int, seed: int) -> int:
    """The fold of a group: a hash, so that a new post never moves the others."""
    digest = blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % folds
