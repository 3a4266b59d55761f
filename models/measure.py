"""Figures of a model against labels; plain counting, the same for every model."""

from collections.abc import Mapping, Sequence

from models.predictions import HEADS
from models.thresholds import DARURAT, TINGGI

Figures = dict[str, dict[str, float]]


def measure(truth: Mapping[str, Sequence[str]], said: Mapping[str, Sequence[str]]) -> Figures:
    """Accuracy and macro-F1 per head; recall and precision of darurat, and of darurat + tinggi ("urgent").

    Shares run from 0 to 1. Macro-F1 averages over the labels that occur in ``truth``. "called" is the share
    of all posts that got such a label, "posts" the number that should have.
    """
    figures: Figures = {}
    for head in HEADS:
        right = sum(t == s for t, s in zip(truth[head], said[head], strict=True))
        figures[head] = {
            "accuracy": round(right / len(truth[head]), 4),
            "macro_f1": round(macro_f1(truth[head], said[head]), 4),
        }
    figures["darurat"] = _found(truth["urgency"], said["urgency"], {DARURAT})
    figures["urgent"] = _found(truth["urgency"], said["urgency"], {DARURAT, TINGGI})
    return figures


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean over the labels in ``truth`` of the harmonic mean of precision and recall."""
    scores = []
    for label in set(truth):
        both = sum(t == label == s for t, s in zip(truth, said, strict=True))
        scores.append(2 * both / (sum(t == label for t in truth) + sum(s == label for s in said)))
    return sum(scores) / len(scores)


def alarm_curve(chance: Sequence[float], urgency: Sequence[str]) -> list[dict[str, float]]:
    """What each limit on P(darurat) would find, and how much of everything else it would wake people for."""
    emergencies = sum(label == DARURAT for label in urgency)
    curve = []
    for percent in range(5, 65, 5):
        raised = [label for label, p in zip(urgency, chance, strict=True) if p >= percent / 100]
        hits = raised.count(DARURAT)
        curve.append(
            {
                "limit": percent / 100,
                "recall": round(hits / max(1, emergencies), 4),
                "precision": round(hits / max(1, len(raised)), 4),
                "false_alarms": round((len(raised) - hits) / max(1, len(urgency) - emergencies), 4),
            }
        )
    return curve


def _found(truth: Sequence[str], said: Sequence[str], labels: set[str]) -> dict[str, float]:
    hits = sum(t in labels and s in labels for t, s in zip(truth, said, strict=True))
    wanted, called = (sum(label in labels for label in row) for row in (truth, said))
    return {
        "recall": round(hits / max(1, wanted), 4),
        "precision": round(hits / max(1, called), 4),
        "called": round(called / max(1, len(said)), 4),
        "posts": wanted,
    }
