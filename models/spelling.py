"""A word that is one slip of a thumb away from a common word, read as that word.

After Norvig 2007 (How to write a spelling corrector), cut down to what is safe in posts: one letter left out, typed
twice, swapped with the next, or the key beside it; never the first letter; and no word that the lexicon knows, or
that is built from one of its roots, is touched.
"""

import re
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

LEXICON = Path(__file__).with_name("lexicon.txt")
"""A known word a line; behind a common one, how often the project's corpus writes it. Made by ``models.lexicon``."""
SHORTEST = 5
"""Letters of a word that may stand in for a mistyped one: shorter words have too many neighbours."""
LONGEST = 24
"""Letters of a word that is looked at."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_REMEMBERED = 16_384
_PREFIX = re.compile(r"(?:di|ke|se|ter|ber|per|memper|diper|pe[mnr]?|peng|peny|me|mem|men|meng|meny|nge?|ny|ku|m|n)?")
_SUFFIX = re.compile(r"(?:kan|an|i|in)?(?:nya|ku|mu|lah|kah|pun|ne|na)?")
_DROPPED = {"mem": "p", "pem": "p", "men": "t", "pen": "t", "meng": "k", "peng": "k", "meny": "s", "peny": "s",
            "ng": "k", "ny": "s", "n": "t", "m": "p"}  # fmt: skip
"""Prefix -> the letter of the root that it swallows: memukul is of pukul."""


@lru_cache(_REMEMBERED)
def corrected(word: str) -> str:
    """The common word that ``word`` (small letters) is most likely meant to be, or ``word`` itself.

    >>> corrected("bajir"), corrected("dibeli"), corrected("sukolilo")
    ('banjir', 'dibeli', 'sukolilo')
    """
    if not SHORTEST - 1 <= len(word) <= LONGEST or not (word.isascii() and word.isalpha()) or known(word):
        return word
    near = [
        other
        for size in (len(word) - 1, len(word), len(word) + 1)
        for other, _, _ in process.extract(
            word, _common().get((word[0], size), ()), scorer=OSA.distance, score_cutoff=1, limit=None
        )
        if _slipped(word, other)
    ]
    counts = lexicon()
    return max(near, key=lambda other: counts[other], default=word)


def _slipped(word: str, meant: str) -> bool:
    """Whether a thumb makes ``word`` of ``meant``, which is one edit away from it."""
    at = next((spot for spot, (one, other) in enumerate(zip(word, meant, strict=False)) if one != other), -1)
    if len(word) < len(meant):
        return True  # left out
    if len(word) > len(meant):
        extra = at if at >= 0 else len(word) - 1
        return word[extra] == word[extra - 1]  # typed twice
    return word[at + 1 :] != meant[at + 1 :] or word[at] in _beside(meant[at])  # swapped, or the wrong key


@cache
def _beside(letter: str) -> str:
    """The letters whose keys touch that of a letter: rows stand half a key to the right of the one above."""
    near = ""
    for row, keys in enumerate(_KEYS):
        if (at := keys.find(letter)) >= 0:
            near += keys[max(0, at - 1) : at] + keys[at + 1 : at + 2]
            near += _KEYS[row - 1][at : at + 2] if row else ""
            near += _KEYS[row + 1][max(0, at - 1) : at + 1] if row + 1 < len(_KEYS) else ""
    return near


def known(word: str) -> bool:
    """Whether a word stands in the lexicon, or its root does."""
    words = lexicon()
    return word in words or any(root in words for root in _roots(word))


def _roots(word: str) -> set[str]:
    """What may be left of a word without a prefix and suffixes, of four letters and more."""
    found = set()
    for begin in range(min(7, len(word))):
        prefix = word[:begin]
        if not _PREFIX.fullmatch(prefix):
            continue
        for end in range(max(begin + 3, len(word) - 6), len(word) + 1):
            if _SUFFIX.fullmatch(word[end:]):
                root = word[begin:end]
                found |= {root, _DROPPED.get(prefix, "") + root}
    return {root for root in found if len(root) > 3}


@cache
def lexicon() -> dict[str, int]:
    """Known word -> how often the project's corpus writes it; 0 where that is seldom."""
    rows = (line.split() for line in LEXICON.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: int(row[1]) if len(row) > 1 else 0 for row in rows}


@cache
def _common() -> dict[tuple[str, int], list[str]]:
    """(first letter, length) -> the common words of them."""
    buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word, count in lexicon().items():
        if count and len(word) >= SHORTEST:
            buckets[word[0], len(word)].append(word)
    return dict(buckets)
