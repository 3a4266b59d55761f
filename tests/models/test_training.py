"""Training on a small part of the corpus: the same twice, and clear about files that cannot teach."""

from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from models import artifact as artifacts
from models import evaluate_baseline, train_baseline
from models.artifact import CARD
from models.dataset import read_posts
from models.measure import alarm_curve, measure
from models.predictions import HEADS

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight posts of each topic, and of each other label: enough to learn from, quick to learn."""
    taken: defaultdict[tuple[str, str], int] = defaultdict(int)
    kept = []
    for line, post in zip(
        train_baseline.CORPUS.read_bytes().splitlines(), read_posts(train_baseline.CORPUS), strict=True
    ):
        keys = [(head, post.label(head)) for head in HEADS]
        if any(taken[key] < 8 for key in keys):
            kept.append(line)
            for key in keys:
                taken[key] += 1
    path = tmp_path_factory.mktemp("few") / "few.jsonl"
    path.write_bytes(b"\n".join(kept) + b"\n")
    return path


def train(corpus: Path, out: Path, *more: str) -> int:
    return train_baseline.main(["--corpus", str(corpus), "--out", str(out), "--release", "2026.11", *more])


def test_two_trainings_give_the_same_artifact(few: Path, tmp_path: Path) -> None:
    assert train(few, tmp_path / "one") == 0
    assert train(few, tmp_path / "two") == 0
    assert artifacts.load(tmp_path / "one").version == artifacts.load(tmp_path / "two").version
    assert not (tmp_path / "CURRENT.toml").exists()  # only models/pretrained/ promotes

    assert evaluate_baseline.main([str(few), "--artifact", str(tmp_path / "one"), "--write-card"]) == 0
    assert "few.jsonl" in (tmp_path / "one" / CARD).read_text()


def test_a_wrong_extra_row_stops_before_anything_is_written(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = tmp_path / "extra.jsonl"
    row = {
        "id": "x",
        "text": "x",
        "intent": "x",
        "topic": "jalan",
        "urgency": "sedang",
        "sentiment": "netral",
    }
    extra.write_bytes(orjson.dumps(row))
    assert train(few, tmp_path / "out", "--extra", str(extra)) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "line 1: intent: unknown label 'x'" in said
    assert not (tmp_path / "out").exists()


def test_the_shipped_artifact_was_trained_on_the_corpus_as_it_is() -> None:
    from hashlib import sha256

    from models import registry

    lineage = artifacts.load(registry.current()).lineage
    assert lineage["sources"] == [
        {"file": "written.jsonl", "sha256": sha256(train_baseline.CORPUS.read_bytes()).hexdigest()}
    ]


def test_figures() -> None:
    truth = {head: ["a", "a", "b", "b"] for head in HEADS} | {"urgency": ["darurat", "tinggi", "rendah", "darurat"]}
    said = {head: ["a", "b", "b", "b"] for head in HEADS} | {"urgency": ["darurat", "darurat", "tinggi", "rendah"]}
    figures = measure(truth, said)
    assert figures["intent"] == {"accuracy": 0.75, "macro_f1": 0.7333}
    assert figures["darurat"] == {"recall": 0.5, "precision": 0.5, "called": 0.5, "posts": 2}
    assert figures["urgent"] == {"recall": 0.6667, "precision": 0.6667, "called": 0.75, "posts": 3}


def test_alarm_curve() -> None:
    row = alarm_curve([0.9, 0.2, 0.6, 0.1], ["darurat", "darurat", "tinggi", "rendah"])[9]
    assert row == {"limit": 0.5, "recall": 0.5, "precision": 0.5, "false_alarms": 0.5}
