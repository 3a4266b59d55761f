"""The card tells what the figures say, in lines that one can read, and claims nothing that nobody measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from models import artifact as artifacts
from models import card
from models.errors import ArtifactRefused
from models.predictions import HEADS

tiny_artifact = pytest.importorskip("tests.support.tiny_artifact", reason="needs the extra `train`")

FOUND = {
    "recall": 0.8, "precision": 0.5, "called": 0.1, "posts": 40, "hits": 32, "false_alarms": 0.034, "low": 0.652,
    "high": 0.895,
}  # fmt: skip
FIGURES: dict[str, dict[str, float]] = {
    **{head: {"accuracy": 0.81, "macro_f1": 0.72, "ece": 0.031} for head in HEADS},
    "darurat": FOUND | {"posts": 4, "hits": 3, "low": 0.3, "high": 0.954},
    "urgent": FOUND,
    "places": {"token_f1": 0.66},
}
CURVE = [{"limit": 0.05, "recall": 1.0, "precision": 0.2, "false_alarms": 0.25}]
METRICS = {
    "held_out": FIGURES,
    "doubted": dict.fromkeys(HEADS, 0.12),
    "alarm_curve": CURVE,
    "epochs": [{"mean": 0.701}, {"mean": 0.745}],
    "embedding": {"pairs": 2000, "unseen": 1000, "before": 0.61, "after": 0.93},
    "int8_agrees": dict.fromkeys(HEADS, 0.991),
}
SHA = "0123456789abcdef" * 4
LINEAGE = {
    "command": "dengar train --data data --base small-encoder --without gold.jsonl " + "--epochs 4 " * 9,
    "recipe": {"base": "/srv/bases/small-encoder", "seed": 2026, "rate": 0.0002},
    "sources": [
        {"name": "written", "licence": "the project's own", "posts": 7000},
        {"name": "public", "licence": "none stated", "posts": 18000},
    ],
    "held_out": 1800,
    "files": [{"file": f"part-{n}.jsonl", "sha256": SHA} for n in range(20)],
    "without": [{"file": "gold.jsonl", "sha256": "fedc" * 16}],
    "taxonomy": "1.1",
    "libraries": {"torch": "2.13.0", "onnx": "1.19"},
    "python": "3.11.2",
}
CELL = {"posts": 30, **dict.fromkeys(HEADS, 0.7), "urgent_posts": 5, "urgent_hits": 4, "urgent_false_alarms": 0.04}
CLASS = {"precision": 0.7, "recall": 0.6, "f1": 0.65, "posts": 20}
REPORT: Mapping[str, Any] = {
    "reader": "tiny",
    "posts": 577,
    "gold": {"file": "gold.jsonl", "sha256": "fedc" * 16},
    "figures": FIGURES,
    "doubted": {**dict.fromkeys(HEADS, 0.2), "any": 0.4},
    "classes": {head: {"lainnya": CLASS, "jalan": CLASS | {"f1": 0.2}, "parkir": CLASS | {"posts": 2, "f1": 0.0}}
                for head in HEADS},
    "alarm_curve": {"darurat": CURVE, "urgent": CURVE},
    "slices": {
        "source": {"bandung": CELL, "odd |\nname " + "x" * 120: CELL | dict.fromkeys(HEADS, 0.3)},
        "lang": {"id": CELL},
    },
    "beside": [{"reader": "other-1", "licensed_only": True, "figures": FIGURES}],
    "baselines": {"posts": 25000, "figures": {"letter groups, linear SVM": FIGURES}},
    "behaviour": {"emergency": {"posts": 150, "passed": 0.9, "exact": 0.7, "failed": []}},
    "robustness": {"typos": 0.041},
}  # fmt: skip


def written(tmp_path: Path, lineage: object = LINEAGE, metrics: object = METRICS) -> Path:
    folder = tmp_path / "reader"
    tiny_artifact.save(folder, metrics=artifacts.written(metrics), lineage=artifacts.written(lineage))
    return folder


def text_of(folder: Path, report: Mapping[str, Any] | None = None, command: str = "") -> str:
    card.write(folder, report, command)
    return folder.joinpath("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("report", [None, REPORT], ids=["before", "after measuring"])
def test_no_line_is_longer_than_one_can_read(tmp_path: Path, report: Mapping[str, Any] | None) -> None:
    text = text_of(written(tmp_path), report, "dengar evaluate gold.jsonl " + "--robustness " * 20)
    assert max(map(len, text.splitlines())) <= 120


def test_the_card_does_not_make_the_artifact_another(tmp_path: Path) -> None:
    folder = written(tmp_path)
    version = artifacts.load(folder).version
    assert text_of(folder, REPORT).startswith(f"# {version}\n")
    assert artifacts.load(folder).version == version


def test_unmeasured_is_said_to_be(tmp_path: Path) -> None:
    text = text_of(written(tmp_path))
    assert "Not measured: `dengar evaluate` does" in text
    assert "real posts were darurat" not in text
    assert "Behaviour" not in text


@pytest.mark.parametrize(
    "told",
    [
        "| written | the project's own | 7,000 |",
        "| public | none stated | 18,000 |",
        "| together |  | 25,000 |",
        "Whoever gathered public states no licence",
        "part-19.jsonl 0123456789ab.",
        "Recipe: rate 0.0002, seed 2026.",
        "onnx 1.19, torch 2.13.0",
        "started from small-encoder,",
        "0.701, 0.745.",
        "| this reader | 0.810 / 0.720 |",
        "| this reader | 3 of 4 | 3.4% | 0.800 (0.65 to 0.90) | 0.500 | 3.4% | 0.660 |",
        "577 labelled posts of gold.jsonl (sha256 fedcfedcfedc)",
        "| other-1, licensed sources only | 0.810",
        "| letter groups, linear SVM | 0.810",
        "The baselines learnt from 25,000 posts",
        "| bandung | 30 | 0.700 |",
        "| typos | 4.1% |",
        "| emergencies that must be raised | 150 | 90.0% | 70.0% |",
        "| urgency | 0.031 | 12.0% |",
        "| any |  | 40.0% |",
        "darurat from P(darurat) >= 0.2,",
        "| 0.05 | 1.000 | 0.200 | 25.0% |",
        "- Of topic, it reads worst (F1): jalan (0.20), lainnya (0.65).",  # parkir has too few posts to say
        "- It missed 8 of 40 urgent real posts, and of those it called urgent 50% were not.",
        "anything from 30% to 95%",
        "Not for:",
    ],
)
def test_the_card_tells(tmp_path: Path, told: str) -> None:
    text = text_of(written(tmp_path), REPORT, "dengar evaluate gold.jsonl")
    assert told in text or told in " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/srv/gold.jsonl", "--json", "../out/all.json"], "dengar evaluate gold.jsonl --json all.json"),
        (["--base=/home/Budi S/e5 small/", "--epochs", "4"], "dengar evaluate '--base=e5 small' --epochs 4"),
        (["corpus/gold.jsonl", "--robustness"], "dengar evaluate corpus/gold.jsonl --robustness"),
        (["--base", "hub/name"], "dengar evaluate --base hub/name"),
    ],
)
def test_no_folder_of_a_machine_is_told(words: list[str], told: str) -> None:
    assert card.told("dengar evaluate", words) == told


def test_the_commands_that_made_and_measured_it_are_told(tmp_path: Path) -> None:
    text = text_of(written(tmp_path), REPORT, "dengar evaluate gold.jsonl --json all.json")
    assert "dengar evaluate gold.jsonl --json all.json" in text
    assert "dengar train --data data --base small-encoder --without gold.jsonl" in text


@pytest.mark.parametrize(
    ("lineage", "told"),
    [
        (LINEAGE, "They neither trained nor tuned it"),
        (LINEAGE | {"without": []}, "Its training was not told to leave them out"),
        (LINEAGE | {"files": [{"file": "g.jsonl", "sha256": "fedc" * 16}]}, "They trained it"),
    ],
)
def test_posts_are_called_unseen_only_when_training_left_them_out(tmp_path: Path, lineage: object, told: str) -> None:
    assert told in text_of(written(tmp_path, lineage), REPORT)


def test_pictures_are_shown_where_they_lie_beside_it(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert ".svg" not in text_of(folder, REPORT)
    (folder / "confusion.svg").write_text("<svg/>")
    text = text_of(folder, REPORT)
    assert "(confusion.svg)" in text
    assert "reliability.svg" not in text


def test_a_name_from_a_file_cannot_break_a_table(tmp_path: Path) -> None:
    text = text_of(written(tmp_path), REPORT)
    (row,) = (line for line in text.splitlines() if line.startswith("| odd"))
    assert row.startswith("| odd \\| name xxx")
    assert row.replace("\\|", "").count("|") == 9


@pytest.mark.parametrize(("part", "key"), [("metrics", "held_out"), ("lineage", "sources")])
def test_an_artifact_that_tells_too_little_is_refused_by_file_and_key(tmp_path: Path, part: str, key: str) -> None:
    parts: dict[str, Any] = {"metrics": METRICS, "lineage": LINEAGE}
    parts[part] = {name: value for name, value in parts[part].items() if name != key}
    with pytest.raises(ArtifactRefused, match=rf"{part}\.json: lacks {key}"):
        card.write(written(tmp_path, **parts))


@pytest.mark.parametrize(
    ("licences", "only"), [(["MIT"], True), (["MIT", "none stated"], False), ([], True)], ids=str
)
def test_licensed_only_is_known_by_the_lineage(tmp_path: Path, licences: list[str], only: bool) -> None:
    sources = [{"name": "s", "licence": licence, "posts": 1} for licence in licences]
    folder = written(tmp_path, LINEAGE | {"sources": sources})
    assert card.licensed_only(artifacts.load(folder)) is only
    assert ("states no licence" in text_of(folder)) is not only
