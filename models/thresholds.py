"""From scores to words: when urgency is raised above the likeliest label, and when a person should look."""

from collections.abc import Mapping
from dataclasses import dataclass

DARURAT, TINGGI = "darurat", "tinggi"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What calibration chose on held-out posts; all are probabilities but ``temperature``."""

    temperature: Mapping[str, float]
    """head -> what its logits are divided by before softmax; above 1 means less sure."""
    doubt: Mapping[str, float]
    """head -> best score under which a person should look."""
    alarm_darurat: float
    """P(darurat) from which a post is darurat even where another label is likelier."""
    alarm_tinggi: float
    """P(darurat) + P(tinggi) from which a post is at least tinggi."""


def urgency_label(scores: Mapping[str, float], thresholds: Thresholds) -> str:
    """The likeliest urgency, raised where the alarming share is too large to ignore.

    A missed emergency costs more than a needless look, so the two errors are not weighed alike.
    """
    likeliest = max(scores, key=lambda label: scores[label])
    if likeliest == DARURAT or scores[DARURAT] >= thresholds.alarm_darurat:
        return DARURAT
    if likeliest == TINGGI or scores[DARURAT] + scores[TINGGI] >= thresholds.alarm_tinggi:
        return TINGGI
    return likeliest


def doubts(scores: Mapping[str, Mapping[str, float]], thresholds: Thresholds) -> tuple[str, ...]:
    """Heads whose best score is under their threshold, in the order of ``scores``."""
    return tuple(head for head, row in scores.items() if max(row.values()) < thresholds.doubt[head])
