"""What the baseline looks at: the same functions cut texts at training and at serving."""

import re
from functools import lru_cache
from itertools import pairwise

_TOKEN = re.compile(r"\w+|\?")
_DIGIT = re.compile(r"\d")
_GRAMS = (3, 4, 5)
_MAX_WORD = 32
"""Longer words (hashes, unspaced spam) are cut: their grams say nothing."""


def features(normalised: str) -> list[str]:
    """All features of a text from ``normalise``: its terms, then its grams."""
    return terms(normalised) + grams(normalised)


def terms(normalised: str) -> list[str]:
    """Words and word pairs.

    Digits all read as 0: that a number stands there matters, which one does not. "?" is a word, since it
    marks questions; "!" is not, since shouting says nothing about danger.
    """
    words = _words(normalised)
    return words + [f"{left} {right}" for left, right in pairwise(words)]


def grams(normalised: str) -> list[str]:
    """Character 3-5 grams inside word boundaries, so that misspelt and inflected words still meet."""
    found: list[str] = []
    for word in _words(normalised):
        found += _word_grams(word)
    return found


def _words(normalised: str) -> list[str]:
    return _TOKEN.findall(_DIGIT.sub("0", normalised))


# People use few words often: a small cache halves the work, and its size is bounded (about 8 MB).
@lru_cache(maxsize=8_192)
def _word_grams(word: str) -> tuple[str, ...]:
    """Grams of one word between its boundaries, each marked by "#"."""
    bounded = f"#{word[:_MAX_WORD]}#"
    return tuple(bounded[i : i + n] for n in _GRAMS for i in range(len(bounded) - n + 1))
