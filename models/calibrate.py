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
WORTH = {DARURAT: 0.5, TINGGI: 0.6}
"""Share of the posts called so, or worse, that must be: below it, people stop believing the word."""
RECALL = 0.95
"""Share of what cannot wait that the promised limit finds."""
CONFIDENCE = 0.95
"""How sure the promise of a recall must be."""
MOST_DOUBTED = 0.2
"""Largest share of posts that a head may flag: a flag on everything is no flag, and four heads add up."""
UNKNOWN = 0.5
"""The alarm limit where no held-out post is alarming, or none is reached: what is likelier than not."""


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


def worth(share: NDArray[np.float64], alarming: NDArray[np.bool_], precision: float) -> float:
    """The lowest limit on ``share`` from which ``precision`` of the posts are alarming; UNKNOWN where no limit is."""
    # As coarse as the limit will be: of posts with one score, all are called or none.
    score = np.maximum(np.floor(share * 1e4) / 1e4, 1e-4)
    order = np.argsort(-score, kind="stable")
    right = np.cumsum(alarming[order]) / np.arange(1, len(score) + 1)
    last = np.append(np.diff(score[order]) != 0, True)[: len(score)]
    enough = np.flatnonzero((right >= precision) & last)
    return float(score[order[enough[-1]]]) if len(enough) else UNKNOWN


def promised(share: NDArray[np.float64], alarming: NDArray[np.bool_]) -> dict[str, float]:
    """The limit that keeps a promise of RECALL, and its price: which share it calls, how much of that rightly."""
    limit = alarm(share, alarming, RECALL)
    called = share >= limit
    return {
        "recall": RECALL,
        "confidence": CONFIDENCE,
        "limit": limit,
        "called": round(float(called.mean()), 4),
        "precision": round(float(alarming[called].mean()), 4) if called.any() else 0.0,
    }


def alarm(share: NDArray[np.float64], alarming: NDArray[np.bool_], recall: float) -> float:
    """The highest limit on ``share`` that finds ``recall`` of alarming posts, with CONFIDENCE, also of new ones.

    Risk control after Bates et al. 2021 with the exact binomial bound: were the true recall lower, so few misses
    among the held-out posts would be rarer than 1 - CONFIDENCE. Where there are too few posts to promise
    anything, the limit is the lowest score of an alarming one; where there are none, it is UNKNOWN.
    """
    found = np.sort(share[alarming])
    if not len(found):
        return UNKNOWN
    misses = allowed_misses(len(found), recall)
    # The last digit goes down, never up: rounding must not lose the post that the limit stands on.
    return max(1e-4, math.floor(float(found[misses]) * 1e4) / 1e4)


def allowed_misses(posts: int, recall: float) -> int:
    """How many of ``posts`` may be missed before a true recall under ``recall`` can no longer be ruled out."""
    if recall >= 1:
        return 0
    chance, misses = 0.0, 0
    for missed in range(posts):
        # In logarithms: of thousands of posts, the number of ways to miss some exceeds what a float holds.
        ways = math.lgamma(posts + 1) - math.lgamma(missed + 1) - math.lgamma(posts - missed + 1)
        chance += math.exp(ways + missed * math.log1p(-recall) + (posts - missed) * math.log(recall))
        if chance > 1 - CONFIDENCE:
            break
        misses = missed
    return misses


def choose(
    logits: Mapping[str, Logits],
    truth: Mapping[str, Truth],
    urgencies: Sequence[str],
) -> Thresholds:
    """Thresholds from held-out logits. ``urgencies`` names the columns of the urgency head.

    The limits for darurat and tinggi are those of ``worth``. A promise of recall (``promised``) is known and
    published, but not kept by the labels while it costs two false calls for each right one.
    """
    temperatures = {head: round(temperature(logits[head], truth[head]), 4) for head in HEADS}
    chances = {head: softmax(logits[head] / temperatures[head]) for head in HEADS}
    darurat, tinggi = urgencies.index(DARURAT), urgencies.index(TINGGI)
    share = chances["urgency"]
    is_darurat = truth["urgency"] == darurat
    is_urgent = is_darurat | (truth["urgency"] == tinggi)
    return Thresholds(
        temperature=temperatures,
        doubt={head: doubt(chances[head], truth[head]) for head in HEADS},
        alarm_darurat=worth(share[:, darurat], is_darurat, WORTH[DARURAT]),
        alarm_tinggi=worth(share[:, darurat] + share[:, tinggi], is_urgent, WORTH[TINGGI]),
    )
