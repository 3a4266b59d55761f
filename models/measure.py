"""Figures of a model against labels; plain counting, the same for every model."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from models.predictions import HEADS
from models.thresholds import DARURAT, TINGGI

Figures = dict[str, dict[str, float]]
URGENT = (DARURAT, TINGGI)
"""What must be looked at the same day or sooner."""


def measure(truth: Mapping[str, Sequence[str]], said: Mapping[str, Sequence[str]]) -> Figures:
    """Accuracy and macro-F1 per head; recall and precision of darurat, and of darurat + tinggi ("urgent").

    Shares run from 0 to 1. Macro-F1 averages over the labels that occur in ``truth``. For darurat and urgent
    see ``found``.
    """
    figures: Figures = {}
    for head in HEADS:
        right = sum(t == s for t, s in zip(truth[head], said[head], strict=True))
        figures[head] = {
            "accuracy": round(right / max(1, len(truth[head])), 4),
            "macro_f1": round(macro_f1(truth[head], said[head]), 4),
        }
    figures["darurat"] = found(truth["urgency"], said["urgency"], {DARURAT})
    figures["urgent"] = found(truth["urgency"], said["urgency"], URGENT)
    return figures


def found(truth: Sequence[str], said: Sequence[str], labels: Collection[str]) -> dict[str, float]:
    """How well posts with one of ``labels`` are found: recall and precision, 0 to 1, with what they stand on.

    "called" is the share of all posts that got such a label, "posts" the number that should have, "hits" the
    number of those that did, "false_alarms" the share of the other posts that did. "low" and "high" bound the
    recall, see ``interval``.
    """
    hits = sum(t in labels and s in labels for t, s in zip(truth, said, strict=True))
    wanted, called = (sum(label in labels for label in row) for row in (truth, said))
    low, high = interval(hits, wanted)
    return {
        "recall": round(hits / max(1, wanted), 4),
        "precision": round(hits / max(1, called), 4),
        "called": round(called / max(1, len(said)), 4),
        "posts": wanted,
        "hits": hits,
        "false_alarms": round((called - hits) / max(1, len(said) - wanted), 4),
        "low": low,
        "high": high,
    }


def interval(hits: int, posts: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 % confidence, after ``hits`` of ``posts`` (Wilson 1927).

    Few posts prove little: 4 of 4 is "0.51 to 1", and nothing of nothing is "0 to 1".
    """
    if not posts:
        return 0.0, 1.0
    share, z2 = hits / posts, 1.96**2
    middle = share + z2 / (2 * posts)
    reach = 1.96 * math.sqrt(share * (1 - share) / posts + z2 / (4 * posts**2))
    low, high = (middle - reach) / (1 + z2 / posts), (middle + reach) / (1 + z2 / posts)
    return round(max(0.0, low), 4), round(min(1.0, high), 4)


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean over the labels in ``truth`` of the harmonic mean of precision and recall; 0 without posts."""
    scores = []
    for label in sorted(set(truth)):
        both = sum(t == label == s for t, s in zip(truth, said, strict=True))
        scores.append(2 * both / (sum(t == label for t in truth) + sum(s == label for s in said)))
    return sum(scores) / max(1, len(scores))


def classes(truth: Sequence[str], said: Sequence[str], labels: Sequence[str]) -> Figures:
    """label -> precision, recall, f1 and posts, in the order of ``labels``; without those never meant nor said."""
    rows: Figures = {}
    for label in labels:
        posts, called = sum(t == label for t in truth), sum(s == label for s in said)
        both = sum(t == label == s for t, s in zip(truth, said, strict=True))
        if posts or called:
            rows[label] = {
                "precision": round(both / max(1, called), 4),
                "recall": round(both / max(1, posts), 4),
                "f1": round(2 * both / (posts + called), 4),
                "posts": posts,
            }
    return rows


def confusion(truth: Sequence[str], said: Sequence[str], labels: Sequence[str]) -> list[list[int]]:
    """[meant, said]: how many posts of each label got each label, both in the order of ``labels``."""
    pairs = Counter(zip(truth, said, strict=True))
    return [[pairs[meant, got] for got in labels] for meant in labels]


def calibration_error(scores: Sequence[Mapping[str, float]], truth: Sequence[str], bins: int = 10) -> float:
    """Expected calibration error: how far sureness lies from being right, over ``bins`` of equal width.

    Naeini et al. 2015, for the likeliest label; 0 is perfect, 1 the worst.
    """
    held = _binned(scores, truth, bins)
    gap = sum(abs(sum(sure for sure, _ in row) - sum(right for _, right in row)) for row in held.values())
    return round(gap / max(1, len(truth)), 4)


def reliability(
    scores: Sequence[Mapping[str, float]], truth: Sequence[str], bins: int = 10
) -> list[dict[str, float]]:
    """The bins behind ``calibration_error``, from doubtful to sure; empty ones are left out.

    "sure" is the mean chance of the likeliest label, "right" how often it was right, "posts" how many.
    """
    return [
        {
            "sure": round(sum(sure for sure, _ in row) / len(row), 4),
            "right": round(sum(right for _, right in row) / len(row), 4),
            "posts": len(row),
        }
        for _, row in sorted(_binned(scores, truth, bins).items())
    ]


def _binned(
    scores: Sequence[Mapping[str, float]], truth: Sequence[str], bins: int
) -> dict[int, list[tuple[float, bool]]]:
    held: dict[int, list[tuple[float, bool]]] = {}
    for row, true in zip(scores, truth, strict=True):
        label, sure = max(row.items(), key=lambda item: item[1])
        held.setdefault(min(bins - 1, int(sure * bins)), []).append((sure, label == true))
    return held


def place_f1(truth: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> float:
    """F1 over the words of the places of each post: a name half found counts half."""
    hits = given = wanted = 0
    for true, got in zip(truth, said, strict=True):
        want, have = _words(true), _words(got)
        hits += (want & have).total()
        given, wanted = given + have.total(), wanted + want.total()
    return round(2 * hits / max(1, given + wanted), 4)


def _words(spans: Sequence[str]) -> Counter[str]:
    return Counter(re.findall(r"\w+", " ".join(spans).lower()))


def alarm_curve(
    chance: Sequence[float], urgency: Sequence[str], labels: Collection[str] = (DARURAT,)
) -> list[dict[str, float]]:
    """What each limit on ``chance`` would find of ``labels``, and how much of all else it would wake people for.

    ``chance`` is P(darurat) for darurat alone, P(darurat) + P(tinggi) for ``URGENT``.
    """
    emergencies = sum(label in labels for label in urgency)
    curve = []
    for percent in range(5, 65, 5):
        raised = [label for label, p in zip(urgency, chance, strict=True) if p >= percent / 100]
        hits = sum(label in labels for label in raised)
        curve.append(
            {
                "limit": percent / 100,
                "recall": round(hits / max(1, emergencies), 4),
                "precision": round(hits / max(1, len(raised)), 4),
                "false_alarms": round((len(raised) - hits) / max(1, len(urgency) - emergencies), 4),
            }
        )
    return curve
