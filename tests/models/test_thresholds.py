import numpy as np
import pytest

from models import calibrate
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


@pytest.mark.parametrize("recall", [0.5, 0.85, 0.9, 1.0])
def test_the_alarm_finds_the_recall_it_promises(recall: float) -> None:
    random = np.random.default_rng(3)
    share, alarming = random.uniform(size=500), random.uniform(size=500) < 0.2
    limit = calibrate.alarm(share, alarming, recall)
    assert (share[alarming] >= limit).mean() >= recall


def test_temperature_cools_a_boaster() -> None:
    random = np.random.default_rng(4)
    truth = random.integers(0, 3, 400)
    said = np.where(random.uniform(size=400) < 0.7, truth, random.integers(0, 3, 400))
    assert calibrate.temperature(np.eye(3)[said] * 10.0, truth) > 2


def test_no_head_flags_more_than_its_share() -> None:
    random = np.random.default_rng(5)
    chances = softmax(random.normal(size=(1_000, 5)))
    limit = calibrate.doubt(chances, random.integers(0, 5, 1_000))
    assert (chances.max(axis=1) < limit).mean() <= calibrate.MOST_DOUBTED + 0.001


def test_softmax_of_huge_logits_is_finite() -> None:
    assert softmax(np.array([1e30, 0.0])).tolist() == [1.0, 0.0]
