"""`dengar evaluate`: tells, writes, repeats itself, and refuses with the remedy."""

import sys
from pathlib import Path

import orjson
import pytest

from models import artifact as artifacts
from models import evaluate
from tests.models.test_card import LINEAGE, METRICS
from tests.models.test_evaluate import gold_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An artifact that knows nothing, with all that a card tells."""
    tiny_artifact = pytest.importorskip("tests.support.tiny_artifact", reason="needs the extra `train`")
    parts = {"metrics": artifacts.written(METRICS), "lineage": artifacts.written(LINEAGE)}
    tiny_artifact.save(tmp_path / "reader", **parts)
    return tmp_path / "reader"


ROWS = [
    {"source": "surabaya", "urgency": label, "text": f"post {label}"} for label in ("sedang", "tinggi", "darurat")
]


def test_the_command_tells_writes_and_repeats_itself(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `train`")
    file, target = gold_file(tmp_path, *ROWS), tmp_path / "all.json"
    arguments = [str(file), "--artifact", str(folder), "--beside", str(folder), "--json", str(target)]
    assert evaluate.main([*arguments, "--robustness", "--write-card"]) == 0
    assert "Right labels" in capsys.readouterr().out
    report = orjson.loads(target.read_bytes())
    assert report["posts"] == 3
    assert report["gold"]["file"] == "gold.jsonl"
    assert report["beside"][0]["figures"] == report["figures"]
    assert report["behaviour"]["emergency"]["posts"] > 100
    first = {name: (folder / name).read_bytes() for name in ("README.md", "reliability.svg", "confusion.svg")}
    assert b"(reliability.svg)" in first["README.md"]
    assert b"3 labelled posts of gold.jsonl" in first["README.md"]
    assert first["confusion.svg"].startswith(b"<?xml")
    assert evaluate.main([*arguments, "--robustness", "--write-card"]) == 0
    assert {name: (folder / name).read_bytes() for name in first} == first
    artifacts.load(folder)  # pictures and card are allowed beside it


def test_pictures_are_missed_before_the_work_and_not_after(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    arguments = [str(gold_file(tmp_path, *ROWS)), "--artifact", str(folder)]
    assert evaluate.main([*arguments, "--write-card"]) == 1
    assert "model.training_unavailable: matplotlib is not installed" in capsys.readouterr().err
    assert not (folder / "README.md").exists()
    assert evaluate.main(arguments) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.jsonl"], "model.corpus_refused: nowhere.jsonl: is missing"),
        (["gold.jsonl", "--artifact", "nowhere"], "model.artifact_refused: nowhere: is not a folder"),
        (["gold.jsonl", "--behaviour", "nowhere.jsonl"], "model.corpus_refused: nowhere.jsonl: is missing"),
    ],
)
def test_what_is_not_there_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    gold_file(tmp_path, *ROWS)
    monkeypatch.chdir(tmp_path)
    default = [] if "--artifact" in arguments else ["--artifact", "."]
    assert evaluate.main([*arguments, *default]) == 1
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--data", "somewhere"], "--data and --base are for --baselines"),
        (["--base", "somewhere"], "--data and --base are for --baselines"),
        (["--json", "nowhere/all.json"], "name a file in a folder that exists"),
    ],
)
def test_options_that_lead_nowhere_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        evaluate.main(["gold.jsonl", *arguments])
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err
