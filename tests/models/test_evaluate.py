"""Evaluation counts as the project's scoring does, and says clearly what it cannot read."""

import importlib.util
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from models import evaluate
from models.dataset import LabelledPost
from models.errors import CorpusRefused
from models.evaluate import Gold, read_gold
from models.measure import Figures
from models.predictions import HEADS, Prediction
from models.taxonomy import load as load_taxonomy
from tests.contracts.repository import ROOT
from tests.support.reader import WordReader

SCORE = ROOT.parent / "shared" / "labels" / "score.py"
"""The project's scoring, which lies outside the repository."""
ROW: dict[str, Any] = {
    "id": "1", "text": "jalan rusak di Jl. Mawar", "intent": "pengaduan", "topic": "jalan", "urgency": "sedang",
    "sentiment": "netral", "location": "Jl. Mawar",
}  # fmt: skip


class Told:
    """Says what it was told to say, post by post."""

    version = "told-1"

    def __init__(self, answers: Sequence[dict[str, Any]]) -> None:
        self._answers = list(answers)

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        """The answers in order; sure of each label by nine to one."""
        (calm,) = WordReader().read(["jalan"])
        return [replace(calm, **answer) for answer in self._answers[: len(texts)]]


def gold_file(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    file = tmp_path / "gold.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps({**ROW, "id": str(n), **row}) for n, row in enumerate(rows)))
    return file


def figures_of(tmp_path: Path, rows: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> Figures:
    figures: Figures = evaluate.evaluate(Told(answers), read_gold(gold_file(tmp_path, *rows)))["figures"]
    return figures


CASES = [
    # gold, answers (jalan, sedang, pengaduan, netral unless told), then figure by figure what score.py gives
    ([{}], [{}], {("topic", "accuracy"): 1.0, ("topic", "macro_f1"): 1.0}),
    ([{}, {"topic": "parkir"}], [{}, {}], {("topic", "accuracy"): 0.5, ("topic", "macro_f1"): 0.3333}),
    (
        [{"topic": "parkir", "accept": {"topic": ["jalan"]}}, {"topic": "parkir"}],
        [{}, {"topic": "parkir"}],
        {("topic", "accuracy"): 1.0, ("topic", "macro_f1"): 1.0},
    ),
    (
        [{"topic": "parkir", "accept": {"topic": ["jalan"]}}],
        [{"topic": "parkir"}],  # its own label always counts
        {("topic", "accuracy"): 1.0},
    ),
    (
        [{"urgency": "tinggi", "accept": {"urgency": ["sedang", "tinggi"]}}, {"urgency": "darurat"}, {}],
        [{}, {"urgency": "tinggi"}, {"urgency": "tinggi"}],
        {
            ("urgency", "accuracy"): 0.3333,
            ("urgency", "macro_f1"): 0.3333,
            ("urgent", "recall"): 0.5,
            ("urgent", "precision"): 0.5,
            ("urgent", "posts"): 2,
            ("urgent", "false_alarms"): 1.0,
            ("darurat", "recall"): 0.0,
        },
    ),
    ([{}], [{"spans": ("jalan rusak", "Mawar")}], {("places", "token_f1"): 0.4}),
    ([{"location": ""}], [{"spans": ()}], {("places", "token_f1"): 0.0}),
    (
        [{"location": "RT 5 ; RW 2"}, {"location": ""}],
        [{"spans": ("rt 5", "RW 2")}, {"spans": ("Jl",)}],
        {("places", "token_f1"): 0.8889},
    ),
]


@pytest.mark.parametrize(("gold", "answers", "wanted"), CASES)
def test_figures_are_those_of_the_projects_scoring(
    tmp_path: Path,
    gold: Sequence[dict[str, Any]],
    answers: Sequence[dict[str, Any]],
    wanted: dict[tuple[str, str], float],
) -> None:
    figures = figures_of(tmp_path, gold, answers)
    assert {key: figures[key[0]][key[1]] for key in wanted} == wanted


def test_a_post_whose_places_nobody_looked_for_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    silent = {key: value for key, value in ROW.items() if key != "location"}
    file.write_bytes(orjson.dumps(ROW) + b"\n" + orjson.dumps(silent | {"id": "2"}))
    reader = Told([{"spans": ("Jl. Mawar",)}, {"spans": ("rusak",)}])
    assert evaluate.evaluate(reader, read_gold(file))["figures"]["places"]["token_f1"] == 1.0


def scoring() -> ModuleType:
    if not SCORE.is_file():
        pytest.skip("shared/labels/score.py does not lie beside the repository")
    spec = importlib.util.spec_from_file_location("score", SCORE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hundreds_of_drawn_posts_score_as_by_the_projects_scoring(tmp_path: Path) -> None:
    score, draw, labels = scoring(), random.Random(7), load_taxonomy().labels
    spots = ["Jl. Mawar", "RT 5", "pasar Turi", "kota"]
    rows, answers = [], []
    for _ in range(300):
        row: dict[str, Any] = {head: draw.choice(labels(head)) for head in HEADS}
        row["accept"] = {head: draw.sample(labels(head), 2) for head in HEADS if draw.random() < 0.3}
        row["location"] = " ; ".join(draw.sample(spots, draw.randrange(3)))
        rows.append(row)
        said: dict[str, Any] = {h: row[h] if draw.random() < 0.6 else draw.choice(labels(h)) for h in HEADS}
        answers.append(said | {"spans": tuple(draw.sample(spots, draw.randrange(3)))})
    figures = figures_of(tmp_path, rows, answers)
    said = {
        str(n): {**{h: answer[h] for h in HEADS}, "places": [{"text": span} for span in answer["spans"]]}
        for n, answer in enumerate(answers)
    }
    theirs = score.score(score.read(tmp_path / "gold.jsonl"), said)
    for head in HEADS:
        assert {key: figures[head][key] for key in ("accuracy", "macro_f1")} == theirs[head]
    assert figures["urgent"]["recall"] == theirs["urgent"]["recall"]
    assert figures["urgent"]["precision"] == theirs["urgent"]["precision"]
    assert figures["places"]["token_f1"] == theirs["place_token_f1"]


def gold(text: str = "jalan rusak", source: str = "", lang: str = "id", **labels: str) -> Gold:
    post = LabelledPost(**{"id": text, "text": text, **{head: ROW[head] for head in HEADS}, **labels})
    return Gold(post, source, lang, located=False, accept={})


@pytest.mark.parametrize(
    ("words", "name"),
    [(1, "1 to 14 words"), (14, "1 to 14 words"), (15, "15 to 40 words"), (40, "15 to 40 words"),
     (41, "41 words or more")],
)  # fmt: skip
def test_posts_are_sliced_by_words(words: int, name: str) -> None:
    assert gold("kata " * words).length == name


@pytest.mark.parametrize(
    ("row", "lang"),
    [
        ({}, "id"),
        ({"source": "surabaya"}, "id"),
        ({"source": "codemix_jawa"}, "jv"),
        ({"source": "codemix_sunda"}, "su"),
        ({"source": "codemix_jawa", "lang": "mix"}, "mix"),
    ],
)
def test_the_language_is_told_by_the_row_or_by_its_source(tmp_path: Path, row: dict[str, str], lang: str) -> None:
    assert [one.lang for one in read_gold(gold_file(tmp_path, row))] == [lang]


def test_slices_are_measured_apart() -> None:
    posts = [
        gold("a", "x", urgency="tinggi"), gold("b", "x"), gold("c", "y", topic="parkir"), gold("d", "", "jv"),
    ]  # fmt: skip
    said = {head: [ROW[head]] * 4 for head in HEADS} | {"urgency": ["tinggi", "tinggi", "sedang", "sedang"]}
    cells = evaluate.slices(posts, said)
    assert set(cells) == {"source", "length", "lang"}
    assert cells["source"]["x"] == {
        "posts": 2, "intent": 1.0, "topic": 1.0, "urgency": 0.5, "sentiment": 1.0,
        "urgent_posts": 1, "urgent_hits": 1, "urgent_false_alarms": 1.0,
    }  # fmt: skip
    assert cells["source"]["y"]["topic"] == 0.0
    assert cells["source"]["not told"]["posts"] == 1
    assert cells["lang"]["id"]["posts"] == 3


def test_doubts_classes_and_confusion_are_told() -> None:
    posts = [gold("lampu mati"), gold("entah lampu", topic="penerangan_jalan"), gold("ada banjir", urgency="rendah")]
    report = evaluate.evaluate(WordReader(), posts)
    assert report["doubted"] == {"intent": 0.0, "topic": 0.3333, "urgency": 0.0, "sentiment": 0.0, "any": 0.3333}
    assert report["classes"]["topic"]["penerangan_jalan"] == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": 0.6667,
        "posts": 1,
    }
    labels, counts = report["confusion"]["urgency"].values()
    assert counts[labels.index("rendah")][labels.index("tinggi")] == 1
    assert sum(map(sum, counts)) == 3


def test_sureness_is_about_the_likeliest_label_though_urgency_is_raised() -> None:
    (calm,) = WordReader().read(["jalan"])

    class Raised:
        version = "raised-1"

        def read(self, texts: Sequence[str]) -> list[Prediction]:
            return [replace(calm, urgency="darurat")] * len(texts)

    report = evaluate.evaluate(Raised(), [gold("a"), gold("b")])
    assert report["figures"]["urgency"]["accuracy"] == 0.0
    assert report["figures"]["urgency"]["ece"] == pytest.approx(0.1)  # 0.9 sure of sedang, and right both times


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"topic": ""}, "topic must be a text"),
        ({"source": 3}, "source must be a text"),
        ({"lang": ["id"]}, "lang must be a text"),
        ({"accept": ["jalan"]}, "accept must be an object"),
        ({"accept": {"theme": ["jalan"]}}, "accept must be an object"),
        ({"accept": {"topic": "jalan"}}, "accept: topic must be a list"),
        ({"accept": {"topic": ["jalanan"]}}, "accept: topic must be a list"),
    ],
)
def test_a_bad_gold_line_is_named(tmp_path: Path, row: dict[str, Any], problem: str) -> None:
    with pytest.raises(CorpusRefused, match=rf"gold\.jsonl, line 2: {re.escape(problem)}"):
        read_gold(gold_file(tmp_path, {}, row))
