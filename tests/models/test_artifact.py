"""What is not as published is refused, by name; nothing half-written is ever left."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import orjson
import pytest

from models import artifact as artifacts
from models import registry
from models.artifact import MANIFEST, PARTS, Artifact
from models.errors import ArtifactRefused
from models.layers import Weights
from models.predictions import HEADS
from models.serve import load_reader
from models.taxonomy import load as load_taxonomy
from models.thresholds import Thresholds

COLUMNS = 43


def small(seed: int = 1) -> Artifact:
    random = np.random.default_rng(seed)
    flat = dict.fromkeys(HEADS, 0.5)
    return Artifact(
        name="baseline",
        release="2026.11",
        weights=Weights(
            terms=["banjir", "jalan"],
            grams=["#ban", "jir#", "lan#"],
            idf=np.ones(5, np.float32),
            weight=random.normal(size=(5, COLUMNS)).astype(np.float32),
            bias=np.zeros(COLUMNS, np.float32),
        ),
        labels={head: load_taxonomy().labels(head) for head in HEADS},
        thresholds=Thresholds(dict.fromkeys(HEADS, 1.0), flat, 0.2, 0.4),
        metrics={},
        lineage={},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    artifacts.save(small(), tmp_path / "baseline")
    return tmp_path / "baseline"


def forge(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make the manifest vouch for it: what is left to notice is the content."""
    (folder / name).write_bytes(content)
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = sha256(content).hexdigest()
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))


def edit(folder: Path, name: str, change: Callable[[dict], object]) -> None:
    value = orjson.loads((folder / name).read_bytes())
    change(value)
    forge(folder, name, orjson.dumps(value))


def test_saved_and_loaded_are_equal(folder: Path) -> None:
    loaded, made = artifacts.load(folder), small()
    assert loaded.weights.grams == made.weights.grams
    assert loaded.thresholds == made.thresholds
    np.testing.assert_allclose(loaded.weights.weight, made.weights.weight, atol=2e-3)
    manifest = sha256((folder / MANIFEST).read_bytes()).hexdigest()
    assert loaded.version == f"baseline-2026.11-{manifest[:8]}"


@pytest.mark.parametrize("name", [*PARTS, MANIFEST])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtifactRefused, match=rf"{name}: is missing; restore"):
        artifacts.load(folder)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b"", lambda b: b + b" "],
    ids=["truncated", "one bit", "emptied", "longer"],
)
def test_a_changed_file_is_named(folder: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(ArtifactRefused, match=rf"{name}: does not match its sha256"):
        artifacts.load(folder)


def test_a_file_of_another_artifact_is_refused(folder: Path, tmp_path: Path) -> None:
    artifacts.save(small(seed=2), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "weights.safetensors", folder / "weights.safetensors")
    with pytest.raises(ArtifactRefused, match=r"weights\.safetensors"):
        artifacts.load(folder)


@pytest.mark.parametrize("name", ["weights.pkl", "notes.txt", "vocabulary.json.bak"])
def test_an_unknown_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("x")
    with pytest.raises(ArtifactRefused, match=f"{name}: is no file of an artifact"):
        artifacts.load(folder)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match="is not a folder"):
        artifacts.load(tmp_path / "nowhere")


FORGERIES = [
    ("labels.json", lambda v: v.update(extra=1), "exactly heads, taxonomy"),
    ("labels.json", lambda v: v.update(taxonomy="0.9"), "speaks taxonomy 0.9"),
    ("labels.json", lambda v: v["heads"]["urgency"].reverse(), "labels of the taxonomy"),
    ("thresholds.json", lambda v: v.update(extra={}), "exactly alarm, doubt, temperature"),
    ("thresholds.json", lambda v: v["alarm"].update(darurat=1.5), "alarm must hold decimals"),
    ("thresholds.json", lambda v: v["doubt"].pop("topic"), "doubt must hold exactly"),
    ("thresholds.json", lambda v: v["temperature"].update(topic="1"), "temperature must hold decimals"),
    ("vocabulary.json", lambda v: v["terms"].append("lagi"), "exactly the tensors"),
    ("vocabulary.json", lambda v: v["terms"].append("jalan"), "names a feature twice"),
    ("vocabulary.json", lambda v: v["grams"].append(7), "must be a list of texts"),
]


@pytest.mark.parametrize(("name", "change", "problem"), FORGERIES)
def test_content_is_refused_though_the_manifest_vouches(
    folder: Path, name: str, change: Callable[[dict], object], problem: str
) -> None:
    edit(folder, name, change)
    with pytest.raises(ArtifactRefused, match=problem):
        artifacts.load(folder)


@pytest.mark.parametrize(("content", "problem"), [(b"\x80\x04K\x01.", "is not safetensors"), (b"", "is not")])
def test_weights_are_never_unpickled(folder: Path, content: bytes, problem: str) -> None:
    forge(folder, "weights.safetensors", content)
    with pytest.raises(ArtifactRefused, match=problem):
        artifacts.load(folder)


@pytest.mark.parametrize("manifest", [b"{}", b"[]", b"{", b'{"name":"b","release":"r","files":{}}'])
def test_a_manifest_that_vouches_for_less_is_refused(folder: Path, manifest: bytes) -> None:
    (folder / MANIFEST).write_bytes(manifest)
    with pytest.raises(ArtifactRefused, match=r"manifest\.json"):
        artifacts.load(folder)


def test_weights_that_are_no_numbers_are_never_published(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    good = small()
    broken = replace(good, weights=replace(good.weights, bias=np.full(COLUMNS, np.nan, np.float32)))
    with pytest.raises(ArtifactRefused, match="not a number"):
        artifacts.save(broken, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["baseline"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "is missing"),
        ("folder =", "is not TOML"),
        ('folder = "baseline"', "exactly folder and version"),
        ('folder = "../x"\nversion = "1"', "plain name"),
        ('folder = "baseline"\nversion = "1"\nmore = 1', "exactly folder and version"),
    ],
)
def test_a_bad_current_file_is_refused(tmp_path: Path, content: str | None, problem: str) -> None:
    if content is not None:
        (tmp_path / "CURRENT.toml").write_text(content)
    with pytest.raises(ArtifactRefused, match=problem):
        registry.current(tmp_path)


def test_promoted_is_current(folder: Path) -> None:
    registry.promote("baseline", "baseline-2026.11-00000000", folder.parent)
    assert registry.current(folder.parent) == folder


def test_another_model_than_the_promoted_one_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.promote("baseline", "baseline-2026.11-00000000", folder.parent)
    monkeypatch.setattr(registry, "PRETRAINED", folder.parent)
    with pytest.raises(ArtifactRefused, match=r"promotes baseline-2026\.11-00000000"):
        load_reader()
    registry.promote("baseline", artifacts.load(folder).version, folder.parent)
    assert load_reader().version == artifacts.load(folder).version
