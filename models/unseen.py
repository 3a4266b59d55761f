"""What must stay unseen, so that measuring on it means something."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from models.jsonl import rows
from models.text import normalise

NEAR_COPY = 80
"""rapidfuzz ratio (0-100) of two normalised texts from which one gives the other away."""
_CHUNK = 512  # texts compared at once: bounds memory to 512 x all


def held_groups(posts: Iterable[tuple[str, str, str]], without: Sequence[Path]) -> set[str]:
    """The groups of those posts, given as (id, text, group), that may not teach.

    ``without`` is JSONL with an id, a text or both a line: a group goes when one of its posts has such an id, or is
    a near-copy of such a text. Raises CorpusRefused at a line with neither, and for a missing file.
    """
    ids, texts = _told(without)
    if not ids | texts:
        return set()
    known = [(key, normalise(text), group) for key, text, group in posts]
    texts |= {text for key, text, _ in known if key in ids}
    texts.discard("")  # texts that nobody can see are not alike
    near = _alike([text for _, text, _ in known], sorted(texts))
    return {group for (key, _, group), alike in zip(known, near, strict=True) if alike or key in ids}


def _told(files: Sequence[Path]) -> tuple[set[str], set[str]]:
    """Ids and normalised texts of the posts that must stay unseen."""
    ids: set[str] = set()
    texts: set[str] = set()
    for row in (row for file in files for row in rows(file, "is missing, and --without needs it")):
        key, text = row.values.get("id") or "", row.values.get("text") or ""
        if not isinstance(key, str) or not isinstance(text, str) or not (key or normalise(text)):
            raise row.refused("needs an id or a text: it would keep nothing unseen")
        ids.add(key)
        texts.add(normalise(text))
    return ids - {""}, texts - {""}


def _alike(texts: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Whether each text is a near-copy of any other one."""
    if not others:
        return [False] * len(texts)
    blocks = (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))
    return [
        bool(row.any())
        for block in blocks
        for row in process.cdist(block, others, scorer=fuzz.ratio, score_cutoff=NEAR_COPY, dtype=np.uint8, workers=-1)
    ]
