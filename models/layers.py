"""Tf-idf and four linear layers over numpy: the arithmetic of the baseline, at serving and calibration."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from models.features import grams, terms

Tensor = NDArray[np.float32]


class _Sublinear(dict[int, float]):
    """1 + ln(count); a table, because almost every count is 1."""

    def __missing__(self, count: int) -> float:
        return 1.0 + log(count)


_SUBLINEAR = _Sublinear({count: 1.0 + log(count) for count in range(1, 64)})


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted model: rows are the terms, then the grams; columns the labels of all heads side by side."""

    terms: Sequence[str]
    grams: Sequence[str]
    idf: Tensor
    weight: Tensor
    bias: Tensor


class Layers:
    """Logits of all heads, side by side, for one text at a time."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._terms = {term: row for row, term in enumerate(weights.terms)}
        self._grams = {gram: row for row, gram in enumerate(weights.grams, start=len(weights.terms))}

    def logits(self, normalised: str) -> Tensor:
        """Logits of a text from ``normalise``; the bias alone where no feature is known."""
        logits = self._weights.bias
        # Terms and grams each have length 1: else the many grams of a word would drown the word.
        for rows, found in ((self._terms, terms(normalised)), (self._grams, grams(normalised))):
            logits = logits + self._block(rows, found)
        return logits

    def _block(self, rows: dict[str, int], found: list[str]) -> Tensor | float:
        counts = Counter(rows[feature] for feature in found if feature in rows)
        if not counts:
            return 0.0
        known = np.fromiter(counts, dtype=np.intp, count=len(counts))
        # Sublinear, as at training: the tenth "banjir" says little that the first did not.
        value = np.fromiter(map(_SUBLINEAR.__getitem__, counts.values()), dtype=np.float32, count=len(counts))
        value *= self._weights.idf[known]
        value /= np.sqrt(np.dot(value, value))
        block: Tensor = value @ self._weights.weight[known]
        return block
