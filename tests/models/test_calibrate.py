"""Thresholds: against exact sums, and on made-up posts whose answer is known."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from models import calibrate
from models.predictions import HEADS
from models.softmax import softmax
from models.taxonomy import load as load_taxonomy


def chance_of(misses: int, posts: int, recall: Fraction) -> Fraction:
    """How likely so few misses are under a true recall, in whole numbers."""
    return sum(
        (comb(posts, missed) * (1 - recall) ** missed * recall ** (posts - missed) for missed in range(misses + 1)),
        Fraction(0),
    )


@pytest.mark.parametrize("recall", [Fraction(1, 2), Fraction(4, 5), Fraction(19, 20), Fraction(99, 100)])
@pytest.mark.parametrize("posts", [1, 5, 10, 58, 59, 93, 200, 400])
def test_as_many_misses_are_allowed_as_the_exact_binomial_does(posts: int, recall: Fraction) -> None:
    allowed = calibrate.allowed_misses(posts, float(recall))
    limit = 1 - Fraction(calibrate.CONFIDENCE)
    assert allowed < posts
    assert chance_of(allowed + 1, posts, recall) > limit, "one more could be allowed"
    assert allowed == 0 or chance_of(allowed, posts, recall) <= limit


@pytest.mark.parametrize(
    ("posts", "recall", "allowed"),
    [
        (0, 0.95, 0),
        (58, 0.95, 0),
        (93, 0.95, 1),  # the table of Wilks (1941): 59, 93, 124 for none, one, two
        (123, 0.95, 1),
        (124, 0.95, 2),
        (1_000, 1.0, 0),
        (50_000, 0.95, 2_419),  # where factorials no longer fit into floats
    ],
)
def test_allowed_misses(posts: int, recall: float, allowed: int) -> None:
    assert calibrate.allowed_misses(posts, recall) == allowed


@pytest.mark.parametrize("recall", [0.5, 0.85, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_alarm_finds_the_recall_it_promises(recall: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    share, alarming = random.uniform(size=500), random.uniform(size=500) < 0.2
    limit = calibrate.alarm(share, alarming, recall)
    assert (share[alarming] >= limit).mean() >= recall


def test_the_alarm_is_no_lower_than_the_promise_asks() -> None:
    share = np.linspace(0.01, 1, 100)
    limit = calibrate.alarm(share, np.ones(100, bool), 0.9)
    assert (share < limit).sum() == calibrate.allowed_misses(100, 0.9) == 4


@pytest.mark.parametrize(
    ("share", "alarming", "limit"),
    [
        ([0.2, 0.7, 0.9], [False, True, True], 0.7),  # too few to promise: none may be missed
        ([0.2, 0.7, 0.9], [True, False, False], 0.2),
        ([0.2, 0.7, 0.9], [False, False, False], calibrate.UNKNOWN),
        ([], [], calibrate.UNKNOWN),
        ([0.123456], [True], 0.1234),  # rounded down: the post that it stands on is still found
        ([0.0], [True], 1e-4),  # never nothing: an artifact with that would be refused
    ],
)
def test_the_alarm_on_few_posts(share: list[float], alarming: list[bool], limit: float) -> None:
    assert calibrate.alarm(np.array(share), np.array(alarming, bool), 0.95) == pytest.approx(limit)


def said_of(truth: np.ndarray, right: float, labels: int, seed: int) -> np.ndarray:
    """Sure logits of a model that is right so often, and else says anything."""
    random = np.random.default_rng(seed)
    guess = random.integers(0, labels, len(truth))
    return np.eye(labels)[np.where(random.uniform(size=len(truth)) < right, truth, guess)]


@pytest.mark.parametrize(
    ("sureness", "low", "high"),
    [(10.0, 2.0, 5.0), (0.5, 0.2, 0.5)],
    ids=["a boaster is cooled", "a waverer is warmed"],
)
def test_temperature(sureness: float, low: float, high: float) -> None:
    truth = np.random.default_rng(4).integers(0, 3, 400)
    logits = said_of(truth, 0.85, 3, seed=5) * sureness
    assert low <= calibrate.temperature(logits, truth) <= high


def test_temperature_finds_the_divisor_that_was_hidden() -> None:
    random = np.random.default_rng(6)
    logits = random.normal(size=(5_000, 4)) * 2
    truth = (softmax(logits).cumsum(axis=1) > random.uniform(size=(5_000, 1))).argmax(axis=1)
    assert calibrate.temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)


def test_the_undoubted_are_right_as_often_as_wanted() -> None:
    random = np.random.default_rng(7)
    truth = random.integers(0, 3, 2_000)
    hard = random.uniform(size=2_000) < 0.18
    # Of hard posts it says anything, and sounds less sure.
    logits = np.where(hard[:, None], said_of(truth, 0.0, 3, 8), np.eye(3)[truth] * 5)
    chances = softmax(logits)
    limit = calibrate.doubt(chances, truth)
    right, sure = chances.argmax(axis=1) == truth, chances.max(axis=1) >= limit
    assert right.mean() < calibrate.DOUBT_TARGET, "or there was nothing to doubt"
    assert right[sure].mean() >= calibrate.DOUBT_TARGET


def test_no_head_flags_more_than_its_share() -> None:
    random = np.random.default_rng(5)
    chances = softmax(random.normal(size=(1_000, 5)))
    limit = calibrate.doubt(chances, random.integers(0, 5, 1_000))
    assert (chances.max(axis=1) < limit).mean() <= calibrate.MOST_DOUBTED + 0.001


@pytest.mark.parametrize(
    ("share", "alarming", "precision", "limit"),
    [
        ([0.9, 0.8, 0.7, 0.6], [True, False, True, False], 0.6, 0.7),  # 2 of 3
        ([0.9, 0.8, 0.7, 0.6], [True, False, True, False], 0.5, 0.6),  # 2 of 4
        ([0.9, 0.8, 0.7, 0.6], [False, True, True, True], 0.9, calibrate.UNKNOWN),
        ([0.9, 0.5, 0.5, 0.5, 0.5], [True, True, False, False, False], 0.5, 0.9),  # equals are called together
        ([0.9, 0.50009, 0.50004, 0.50001], [True, False, False, False], 0.5, 0.9),  # equal as far as the limit goes
        ([0.6, 0.9, 0.7, 0.8], [True, True, False, False], 0.5, 0.6),  # in whatever order they come
        ([0.9, 0.8], [False, False], 0.5, calibrate.UNKNOWN),
        ([], [], 0.5, calibrate.UNKNOWN),
        ([0.0], [True], 0.5, 1e-4),
    ],
)
def test_the_word_is_worth_its_precision(
    share: list[float], alarming: list[bool], precision: float, limit: float
) -> None:
    assert calibrate.worth(np.array(share), np.array(alarming, bool), precision) == pytest.approx(limit)


def test_the_promise_names_its_price() -> None:
    share, alarming = np.linspace(0.01, 1, 100), np.arange(100) >= 50
    promise = calibrate.promised(share, alarming)
    assert promise["limit"] == pytest.approx(0.51)
    assert (promise["called"], promise["precision"]) == (0.5, 1.0)


def test_chosen_limits_keep_the_worth_of_the_words() -> None:
    taxonomy, random = load_taxonomy(), np.random.default_rng(9)
    truth = {head: random.integers(0, len(taxonomy.labels(head)), 600) for head in HEADS}
    logits = {
        head: random.normal(size=(600, len(taxonomy.labels(head)))) + np.eye(len(taxonomy.labels(head)))[truth[head]]
        for head in HEADS
    }
    urgencies = taxonomy.labels("urgency")
    limits = calibrate.choose(logits, truth, urgencies)
    chances = softmax(logits["urgency"] / limits.temperature["urgency"])
    share, urgent = chances[:, 2] + chances[:, 3], truth["urgency"] >= 2
    assert urgent[share >= limits.alarm_tinggi].mean() >= calibrate.WORTH["tinggi"]
    darurat = truth["urgency"] == 3
    assert darurat[chances[:, 3] >= limits.alarm_darurat].mean() >= calibrate.WORTH["darurat"]
