"""`dengar train` from end to end, with a tiny encoder: what it saves serves, and what it cannot do it says."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

from transformers import RobertaConfig, RobertaModel

from models import artifact as artifacts
from models import loop, publish, registry
from models import train as training
from models.artifact import CARD
from models.base import save_base
from models.command import STOPPED
from models.encoder import EncoderReader
from models.errors import BaseUnavailable, CorpusRefused
from models.predictions import HEADS
from models.serve import load_reader
from models.sources import Source
from tests.models import tiny
from tests.models.tiny import Trained

Train = Callable[..., int]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation without any reader."""
    folder = tmp_path / "pretrained"
    folder.mkdir()
    monkeypatch.setattr(registry, "PRETRAINED", folder)
    return folder


@pytest.fixture
def train(base: Path, tmp_path: Path) -> Train:
    """The command, for a run of some seconds; given words come last and win."""

    def command(*words: object, out: Path = tmp_path / "candidate", work: str = "work") -> int:
        short = ["--base", base, "--limit", 60, "--epochs", 1, "--rate", 2e-3, "--release", tiny.RELEASE]
        return publish.main([str(word) for word in (*short, "--out", out, "--work", tmp_path / work, *words)])

    return command


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What the command said, in one line."""
    return " ".join(capsys.readouterr().err.split())


def test_what_is_trained_can_serve_and_be_trained_on(
    train: Train, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "candidate"
    labels = tiny.write_posts(tmp_path / "corrections.jsonl", tiny.corpus()[:40])
    assert train("--labels", labels, "--no-promote") == 0, told(capsys)
    made = artifacts.load(out)
    assert f"{made.version} saved in" in told(capsys)
    assert made.version.startswith(f"reader-{tiny.RELEASE}-")
    assert list(home.iterdir()) == [], "nothing serves that was not promoted"
    assert (out / CARD).is_file()
    (said,) = EncoderReader.open(out).read(["ada kebakaran di pasar"])
    assert said.model == made.version

    assert {*HEADS, "darurat", "urgent", "places"} <= made.metrics["held_out"].keys()
    # It has hardly learnt, and stands near its borders; what ships agrees far better (its card).
    assert all(share >= 0.85 for share in made.metrics["int8_agrees"].values()), made.metrics["int8_agrees"]
    assert len(made.metrics["epochs"]) == 2
    assert {"written"} <= {row["name"] for row in made.lineage["sources"]} <= {"written", "corrections"}
    assert all(row["posts"] for row in made.lineage["sources"]), "what taught nothing is no source"
    assert {row["file"] for row in made.lineage["files"]} == {
        "written.jsonl", "corrections.jsonl", "slang.toml", "lexicon.txt",
    }  # fmt: skip
    assert made.lineage["command"].startswith("dengar train --base tiny --limit 60")
    for file in out.iterdir():
        assert str(tmp_path.parent).encode() not in file.read_bytes(), "where it was made is nobody's business"

    again = tmp_path / "again"
    assert train("--base", out, "--no-promote", out=again, work="work2") == 0, told(capsys)
    assert artifacts.load(again).lineage["recipe"]["base"] == made.version
    assert EncoderReader.open(again).read(["lampu mati"])[0].topic


def test_a_retraining_starts_from_all_that_the_artifact_knows(trained: Trained) -> None:
    recipe = training.Recipe(str(trained.folder))
    network, tokenizer = training.begin(tiny.material(), recipe)
    before = training.logits_of(trained.network, trained.tokenizer, trained.texts)
    now = training.logits_of(network, tokenizer, trained.texts)
    assert now.keys() == before.keys()
    for head, logits in before.items():
        assert abs(now[head] - logits).max() < 0.15, head
    assert tokenizer.tokenizer.get_vocab_size() == trained.tokenizer.tokenizer.get_vocab_size()


def test_a_killed_training_goes_on_to_the_same_artifact(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loop, "KEEP_EVERY", 4)
    assert train("--no-promote", out=tmp_path / "whole" / "candidate", work="whole-work") == 0
    score = training.score

    def stop(*_told: object) -> dict[str, float]:
        monkeypatch.setattr(training, "score", score)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "score", stop)
    killed = tmp_path / "killed" / "candidate"
    assert train("--no-promote", out=killed) == STOPPED
    assert "the same command goes on" in told(capsys)
    assert not killed.exists()
    assert train("--no-promote", out=killed) == 0
    one, other = (artifacts.load(tmp_path / name / "candidate") for name in ("whole", "killed"))
    for part in ("weights.safetensors", "reader.onnx", "thresholds.json", "metrics.json"):
        assert (one.folder / part).read_bytes() == (other.folder / part).read_bytes(), part


def test_beside_what_serves_it_serves_once_it_is_made(
    train: Train, trained: Trained, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    network = deepcopy(trained.network)  # its embedding will learn
    monkeypatch.setattr(training, "fit", lambda *_told: (network, trained.tokenizer))
    monkeypatch.setattr(training, "JOURNAL", "none.json")
    work = home.parent / "work"
    work.mkdir()
    (work / "none.json").write_text("[]")
    assert train(out=home / "reader") == 0, told(capsys)
    assert registry.current() == home / "reader"
    assert load_reader().read(["lampu mati"])[0].model == artifacts.load(home / "reader").version
    before = (home / "reader" / artifacts.MANIFEST).read_bytes()
    assert train("--no-promote", out=home / "reader") == 1
    assert "would not once it holds another version unpromoted; name another folder" in told(capsys)
    assert (home / "reader" / artifacts.MANIFEST).read_bytes() == before
    # The base is by default what serves.

    def refuse(_material: training.Material, recipe: training.Recipe, *_told: object) -> None:
        raise BaseUnavailable(recipe.base, "as it happens")

    monkeypatch.setattr(training, "fit", refuse)
    assert publish.main(["--limit", "60", "--work", str(work)]) == 1
    assert f"the encoder '{home / 'reader'}' cannot be had: as it happens" in told(capsys)


def roberta(folder: Path, base: Path) -> Path:
    """An encoder that can be had, and not be served."""
    made = tiny.tokenizer()
    config = RobertaConfig(
        vocab_size=made.get_vocab_size(), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=300,
    )  # fmt: skip
    save_base(RobertaModel(config), made, folder)
    return folder


def truncated(folder: Path, base: Path) -> Path:
    folder.mkdir()
    for file in base.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000])
    return folder


def short(folder: Path, base: Path) -> Path:
    """An encoder for texts shorter than posts."""
    truncated(folder, base)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 64}))
    return folder


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (lambda folder, base: "nobody/no-encoder", "model.base_unavailable", "'nobody/no-encoder' cannot be had"),
        (lambda folder, base: folder, "model.base_unavailable", "go online once to fetch it"),
        (lambda folder, base: base.parent, "model.base_unavailable", "cannot be had"),
        (truncated, "model.base_unavailable", "cannot be had"),
        (short, "model.base_unavailable", "it reads 64 tokens of a post, and 256 are needed"),
        (roberta, "model.export_refused", "start from one of type 'bert'"),
    ],
    ids=["not on this machine", "no folder", "another folder", "damaged", "too short", "not BERT"],
)
def test_a_base_that_will_not_do_is_refused_before_the_training(
    train: Train, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    make: Callable[[Path, Path], object], code: str, says: str,
) -> None:  # fmt: skip
    assert train("--base", make(tmp_path / "other", base), "--no-promote") == 1
    said = told(capsys)
    assert f"{code}: " in said
    assert says in said
    assert not (tmp_path / "candidate").exists()
    assert not (tmp_path / "work").exists()


def test_a_damaged_artifact_is_no_base(
    train: Train, trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    for file in trained.folder.iterdir():
        (tmp_path / "other" / file.name).write_bytes(file.read_bytes() + b" " * (file.name == "encoder.json"))
    assert train("--base", tmp_path / "other") == 1
    assert "encoder.json: does not match its sha256" in told(capsys)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", "text": "banjir", "topic": "ufo"}', "line 1: topic: unknown label 'ufo'"),
        ('{"id": "a", "text": "banjir"}', "has no labels; add intent, topic, urgency, sentiment"),
        ('{"id": "a"}', "line 1: needs an id and a text"),
        ('{"id": "a", "text": "banjir", "topic": "jalan", "location": "Dago"}', "'Dago' is not in the text"),
        ("{", "line 1: is not JSON"),
        ("", "holds nothing"),
        (None, "is missing"),
    ],
)
def test_labels_that_cannot_teach_are_refused_with_their_place(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str | None, says: str
) -> None:
    file = tmp_path / "labels.jsonl"
    if line is not None:
        file.write_text(line + "\n")
    assert train("--labels", file) == 1
    said = told(capsys)
    assert "model.corpus_refused: " in said
    assert "labels.jsonl" in said
    assert says in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--epochs", "0", "--broad-epochs", "0"], "one must be above 0"),
        (["--epochs", "-1"], "none below"),
        (["--rate", "0"], "--rate must be above 0"),
        (["--limit", "0"], "--limit must be 1 or more"),
    ],
)
def test_settings_that_train_nothing_are_refused(
    train: Train, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        train(*words)
    assert says in told(capsys)


def source(tmp_path: Path, held_out: bool = False) -> Source:
    return Source("posts", (tmp_path / "posts.jsonl",), "posts", "ours", 1.0, refine=True, held_out=held_out)


def test_a_label_that_nothing_teaches_is_named(tmp_path: Path) -> None:
    posts = [example for example in tiny.corpus() if example.labels["topic"] != "sampah"]
    tiny.write_posts(tmp_path / "posts.jsonl", posts)
    with pytest.raises(CorpusRefused, match=r"posts\.jsonl: topic: no post is labelled 'sampah'"):
        training.gather([source(tmp_path)], [], training.Recipe(""))


def test_posts_too_few_to_hold_any_out_are_refused(tmp_path: Path) -> None:
    tiny.write_posts(tmp_path / "posts.jsonl", [replace(tiny.corpus()[0], id="a")])
    with pytest.raises(CorpusRefused, match="none could be held out"):
        training.gather([source(tmp_path)], [], training.Recipe("", held_out=10_000))


@pytest.mark.parametrize("told_to", [True, False], ids=["of a source that holds out", "of any, where none does"])
def test_a_group_is_held_out_whole_or_not_at_all(tmp_path: Path, told_to: bool) -> None:
    posts = [replace(example, id=f"{example.id}-{copy}") for example in tiny.corpus() for copy in range(2)]
    partly = [replace(example, id=f"{example.id}-part", labels={"topic": "jalan"}) for example in tiny.corpus()]
    rows = [json.loads(line) for line in tiny.write_posts(tmp_path / "x", posts + partly).read_text().splitlines()]
    lines = [json.dumps(row | {"incident": row["id"].rsplit("-", 1)[0]}) for row in rows]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    made = training.gather([source(tmp_path, held_out=told_to)], [], training.Recipe("", held_out=30))
    out, learning, refining = ({e.group for e in part} for part in (made.held_out, made.learning, made.refining))
    assert out
    assert not out & (learning | refining)
    assert len(out | learning) == len(tiny.corpus())
