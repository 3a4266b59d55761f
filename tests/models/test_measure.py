"""Figures are plain counting: small cases, counted by hand."""

import pytest

from models.measure import (
    URGENT,
    alarm_curve,
    calibration_error,
    classes,
    confusion,
    found,
    interval,
    macro_f1,
    measure,
    place_f1,
    reliability,
)
from models.predictions import HEADS


@pytest.mark.parametrize(
    ("truth", "said", "score"),
    [
        ("", "", 0.0),
        ("a", "a", 1.0),
        ("ab", "ab", 1.0),
        ("ab", "ba", 0.0),
        ("aab", "aaa", (0.8 + 0) / 2),
        ("aab", "abb", (2 / 3 + 2 / 3) / 2),
        ("aa", "ac", 2 / 3),  # c was never meant, so it has no share in the mean
    ],
)
def test_macro_f1_averages_over_the_labels_that_were_meant(truth: str, said: str, score: float) -> None:
    assert macro_f1(list(truth), list(said)) == pytest.approx(score)


def test_what_is_found_and_what_is_raised_for_nothing() -> None:
    truth = ["darurat", "tinggi", "tinggi", "sedang", "rendah", "rendah", "rendah", "rendah"]
    said = ["tinggi", "darurat", "sedang", "sedang", "tinggi", "rendah", "rendah", "rendah"]
    figures = found(truth, said, URGENT)
    assert figures == {
        "recall": 0.6667,
        "precision": 0.6667,
        "called": 0.375,
        "posts": 3,
        "hits": 2,
        "false_alarms": 0.2,
        "low": 0.2077,
        "high": 0.9385,
    }
    assert found(truth, said, {"darurat"})["recall"] == 0.0


def test_nothing_to_find_divides_by_nothing() -> None:
    figures = found(["rendah"], ["rendah"], URGENT)
    assert (figures["recall"], figures["precision"], figures["false_alarms"]) == (0.0, 0.0, 0.0)
    assert found([], [], URGENT)["called"] == 0.0


@pytest.mark.parametrize(
    ("hits", "posts", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (4, 4, 0.5101, 1.0),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (90, 100, 0.8256, 0.9448),
    ],
)
def test_few_posts_prove_little(hits: int, posts: int, low: float, high: float) -> None:
    assert interval(hits, posts) == pytest.approx((low, high), abs=1e-4)


def test_measure_answers_for_each_head_and_for_the_alarms() -> None:
    truth = {head: ["lainnya", "lainnya", "pengaduan", "pengaduan"] for head in HEADS}
    truth["urgency"] = ["rendah", "sedang", "tinggi", "darurat"]
    said = truth | {"urgency": ["rendah", "sedang", "sedang", "tinggi"], "intent": ["lainnya"] * 4}
    figures = measure(truth, said)
    assert set(figures) == {*HEADS, "darurat", "urgent"}
    assert figures["intent"] == {"accuracy": 0.5, "macro_f1": 0.3333}
    assert figures["topic"] == {"accuracy": 1.0, "macro_f1": 1.0}
    assert figures["urgency"]["accuracy"] == 0.5
    assert (figures["urgent"]["recall"], figures["urgent"]["precision"]) == (0.5, 1.0)
    assert figures["darurat"]["posts"] == 1
    assert figures["darurat"]["recall"] == 0.0


def test_a_class_has_its_own_figures_in_the_order_of_the_labels() -> None:
    rows = classes(list("aabbd"), list("abbbb"), list("dcba"))
    assert list(rows) == ["d", "b", "a"]
    assert rows["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "posts": 2}
    assert rows["b"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "posts": 2}
    assert rows["d"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "posts": 1}


def test_confusion_counts_what_was_meant_by_row_and_what_was_said_by_column() -> None:
    assert confusion(list("aab"), list("abb"), list("abc")) == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


SURE = [{"a": 0.95, "b": 0.05}, {"a": 0.92, "b": 0.08}, {"a": 0.45, "b": 0.55}, {"a": 1.0, "b": 0.0}]


def test_sureness_beyond_what_is_right_is_a_calibration_error() -> None:
    # Bin 0.9 to 1: sure 0.95, 0.92, 1.0, right 2 of 3; bin 0.5 to 0.6: sure 0.55, right.
    gap = (abs(0.95 + 0.92 + 1.0 - 2) + abs(0.55 - 1)) / 4
    assert calibration_error(SURE, ["a", "b", "b", "a"]) == pytest.approx(gap, abs=1e-4)
    assert calibration_error([], []) == 0.0


def test_reliability_shows_the_bins_behind_the_error() -> None:
    truth = ["a", "b", "b", "a"]
    bins = reliability(SURE, truth)
    assert bins == [{"sure": 0.55, "right": 1.0, "posts": 1}, {"sure": 0.9567, "right": 0.6667, "posts": 3}]
    gap = sum(row["posts"] * abs(row["sure"] - row["right"]) for row in bins) / len(truth)
    assert calibration_error(SURE, truth) == pytest.approx(gap, abs=1e-3)


@pytest.mark.parametrize(
    ("truth", "said", "score"),
    [
        ([[]], [[]], 0.0),
        ([["Jl. Mawar"]], [["jl Mawar"]], 1.0),
        ([["Jl. Mawar"]], [["Mawar"]], 0.6667),
        ([["RT 5 ; RW 2"]], [["RT 5", "RW 2"]], 1.0),
        ([["pasar pasar"]], [["pasar"]], 0.6667),
        ([["Bekasi"], []], [[], ["Depok"]], 0.0),
        ([["Bekasi"], []], [["Bekasi"], ["Depok"]], 0.6667),
    ],
)
def test_places_half_found_count_half(truth: list[list[str]], said: list[list[str]], score: float) -> None:
    assert place_f1(truth, said) == score


def test_the_alarm_curve_tells_what_each_limit_costs() -> None:
    chance = [0.9, 0.5, 0.3, 0.1, 0.0]
    urgency = ["darurat", "tinggi", "darurat", "rendah", "rendah"]
    by_limit = {row["limit"]: row for row in alarm_curve(chance, urgency)}
    assert by_limit[0.3] == {"limit": 0.3, "recall": 1.0, "precision": 0.6667, "false_alarms": 0.3333}
    assert by_limit[0.6] == {"limit": 0.6, "recall": 0.5, "precision": 1.0, "false_alarms": 0.0}
    urgent = {row["limit"]: row for row in alarm_curve(chance, urgency, URGENT)}
    assert urgent[0.3] == {"limit": 0.3, "recall": 1.0, "precision": 1.0, "false_alarms": 0.0}
