"""From scores to words."""

import numpy as np
import pytest

from models.predictions import HEADS
from models.softmax import softmax
from models.thresholds import Thresholds, doubts, urgency_label

LIMITS = Thresholds(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.5), alarm_darurat=0.2, alarm_tinggi=0.4)


@pytest.mark.parametrize(
    ("rendah", "sedang", "tinggi", "darurat", "label"),
    [
        (0.90, 0.05, 0.03, 0.02, "rendah"),
        (0.20, 0.70, 0.05, 0.05, "sedang"),
        (0.10, 0.20, 0.55, 0.15, "tinggi"),  # likeliest
        (0.10, 0.20, 0.10, 0.60, "darurat"),  # likeliest
        (0.70, 0.05, 0.05, 0.20, "darurat"),  # exactly at the alarm
        (0.70, 0.06, 0.05, 0.19, "rendah"),  # just under it
        (0.60, 0.00, 0.21, 0.19, "tinggi"),  # together at the second alarm
        (0.61, 0.00, 0.20, 0.19, "rendah"),
    ],
)
def test_urgency(rendah: float, sedang: float, tinggi: float, darurat: float, label: str) -> None:
    scores = {"rendah": rendah, "sedang": sedang, "tinggi": tinggi, "darurat": darurat}
    assert urgency_label(scores, LIMITS) == label


def test_doubts_name_the_heads_under_their_threshold() -> None:
    scores = {
        "intent": {"a": 0.49, "b": 0.3},
        "topic": {"a": 0.5},
        "urgency": {"a": 0.9},
        "sentiment": {"a": 0.2},
    }
    assert doubts(scores, LIMITS) == ("intent", "sentiment")


@pytest.mark.parametrize(
    ("logits", "chances"),
    [([1e30, 0.0], [1.0, 0.0]), ([-1e30, -1e30], [0.5, 0.5]), ([0.0, float(np.log(3))], [0.25, 0.75])],
)
def test_softmax_of_logits_of_any_size(logits: list[float], chances: list[float]) -> None:
    assert softmax(np.array(logits)).tolist() == pytest.approx(chances)
