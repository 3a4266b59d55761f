"""What held-out posts teach about a trained model: how sure to be, when to doubt, when to raise the alarm."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.predictions import HEADS
from models.softmax import softmax
from models.thresholds import DARURAT, TINGGI, Thresholds

Logits = NDArray[np.float64]
Truth = NDArray[np.intp]

TEMPERATURES = np.geomspace(0.2, 5.0, 97)
DOUBT_TARGET = 0.9
"""Accuracy wanted among the posts that no person is asked to look at."""
MOST_DOUBTED = 0.2
"""Largest share of posts that a head may flag: a flag on everything is no flag, and four heads add up."""


def temperature(logits: Logits, truth: Truth) -> float:
    """The divisor of the logits under which the true labels were likeliest."""
    rows = np.arange(len(truth))

    def loss(divisor: float) -> float:
        return float(-np.log(np.maximum(softmax(logits / divisor)[rows, truth], 1e-12)).mean())

    return float(min(TEMPERATURES, key=loss))


def doubt(chances: Logits, truth: Truth) -> float:
    """The lowest best-score from which DOUBT_TARGET of the posts are right, within MOST_DOUBTED."""
    best = chances.max(axis=1)
    right = chances.argmax(axis=1) == truth
    ceiling = float(np.quantile(best, MOST_DOUBTED))
    for limit in np.arange(0.05, ceiling, 0.01):
        if right[best >= limit].mean() >= DOUBT_TARGET:
            return round(float(limit), 4)
    return round(ceiling, 4)


def alarm(share: NDArray[np.float64], alarming: NDArray[np.bool_], recall: float) -> float:
    """The highest limit on ``share`` that still finds ``recall`` of the alarming posts."""
    found = np.sort(share[alarming])
    # The last digit goes down, never up: rounding must not lose the post that the limit stands on.
    return max(1e-4, math.floor(float(found[int((1 - recall) * len(found))]) * 1e4) / 1e4)


def choose(
    logits: Mapping[str, Logits],
    truth: Mapping[str, Truth],
    urgencies: Sequence[str],
    recalls: Mapping[str, float],
) -> Thresholds:
    """Thresholds from held-out logits. ``urgencies`` names their columns; ``recalls`` is wanted per alarm."""
    temperatures = {head: round(temperature(logits[head], truth[head]), 4) for head in HEADS}
    chances = {head: softmax(logits[head] / temperatures[head]) for head in HEADS}
    darurat, tinggi = urgencies.index(DARURAT), urgencies.index(TINGGI)
    share = chances["urgency"]
    is_darurat = truth["urgency"] == darurat
    is_urgent = is_darurat | (truth["urgency"] == tinggi)
    return Thresholds(
        temperature=temperatures,
        doubt={head: doubt(chances[head], truth[head]) for head in HEADS},
        alarm_darurat=alarm(share[:, darurat], is_darurat, recalls[DARURAT]),
        alarm_tinggi=alarm(share[:, darurat] + share[:, tinggi], is_urgent, recalls[TINGGI]),
    )
