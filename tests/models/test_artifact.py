"""What is not as published is refused, by name; nothing half-written is ever left."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from models import artifact as artifacts
from models.artifact import CARD, ENCODER, GRAPH, MANIFEST, PARTS, TOKENIZER, WEIGHTS
from models.errors import ArtifactRefused
from models.predictions import HEADS
from models.thresholds import Thresholds

LIMITS = Thresholds(dict.fromkeys(HEADS, 1.5), dict.fromkeys(HEADS, 0.5), alarm_darurat=0.2, alarm_tinggi=0.4)


def parts(seed: int = 1) -> dict[str, bytes]:
    """The files of an artifact; those that only the reader opens hold what is none of its business here."""
    return {
        GRAPH: b"graph %d" % seed,
        WEIGHTS: b"weights %d" % seed,
        TOKENIZER: b"tokenizer",
        ENCODER: b"{}",
        "labels.json": artifacts.labels_part(),
        "thresholds.json": artifacts.thresholds_part(LIMITS),
        "metrics.json": artifacts.written({"held_out": seed}),
        "lineage.json": artifacts.written({"command": "dengar train"}),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    artifacts.save(tmp_path / "reader", "reader", "2026.11", parts())
    return tmp_path / "reader"


def forge(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make the manifest vouch for it: what is left to notice is the content."""
    (folder / name).write_bytes(content)
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = sha256(content).hexdigest()
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_saved_and_loaded_are_equal(folder: Path) -> None:
    loaded = artifacts.load(folder)
    assert loaded.thresholds == LIMITS
    assert loaded.metrics == {"held_out": 1}
    assert loaded.lineage == {"command": "dengar train"}
    assert loaded.labels["urgency"] == ["rendah", "sedang", "tinggi", "darurat"]
    manifest = sha256((folder / MANIFEST).read_bytes()).hexdigest()
    assert loaded.version == f"reader-2026.11-{manifest[:8]}"
    assert content(folder).keys() == {*PARTS, MANIFEST}
    assert len(PARTS) == 8


def test_the_same_parts_make_the_same_artifact(folder: Path, tmp_path: Path) -> None:
    again = artifacts.save(tmp_path / "again", "reader", "2026.11", dict(reversed(parts().items())))
    assert again == artifacts.load(folder).version
    assert again != artifacts.save(tmp_path / "again", "reader", "2026.11", parts(seed=2))


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


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS, "metrics.json"])
def test_a_file_of_another_artifact_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    artifacts.save(tmp_path / "other", "reader", "2026.11", parts(seed=2))
    shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(ArtifactRefused, match=name):
        artifacts.load(folder)


@pytest.mark.parametrize("name", ["weights.pkl", "notes.txt", "reader.onnx.bak", ".hidden"])
def test_an_unknown_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("x")
    with pytest.raises(ArtifactRefused, match=f"{name}: is no file of an artifact"):
        artifacts.load(folder)


@pytest.mark.parametrize("name", ["cache", CARD])
def test_a_folder_inside_is_refused_whatever_its_name(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    with pytest.raises(ArtifactRefused, match=f"{name}: is no file of an artifact"):
        artifacts.load(folder)


def test_a_card_may_lie_beside_and_is_not_read(folder: Path) -> None:
    before = artifacts.load(folder).version
    (folder / CARD).write_bytes(b"\xff\xfe")
    assert artifacts.load(folder).version == before


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match="is not a folder"):
        artifacts.load(tmp_path / "nowhere")


def test_a_huge_file_is_refused_unread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "MAX_BYTES", 10_000)
    (folder / WEIGHTS).write_bytes(bytes(10_001))
    with pytest.raises(ArtifactRefused, match=rf"{WEIGHTS}: is larger than 10000 bytes"):
        artifacts.load(folder)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("labels.json", lambda v: v.update(extra=1), "exactly heads, taxonomy"),
        ("labels.json", lambda v: v.update(taxonomy="0.9"), "speaks taxonomy 0.9"),
        ("labels.json", lambda v: v["heads"]["urgency"].reverse(), "labels of the taxonomy"),
        ("labels.json", lambda v: v["heads"].pop("topic"), "labels of the taxonomy"),
        ("thresholds.json", lambda v: v.update(extra={}), "exactly alarm, doubt, temperature"),
        ("thresholds.json", lambda v: v["alarm"].update(darurat=1.5), "alarm must hold decimals"),
        ("thresholds.json", lambda v: v["alarm"].update(tinggi=0.0), "alarm must hold decimals"),
        ("thresholds.json", lambda v: v["doubt"].pop("topic"), "doubt must hold exactly"),
        ("thresholds.json", lambda v: v.update(doubt=[]), "doubt must hold exactly"),
        ("thresholds.json", lambda v: v["temperature"].update(topic="1"), "temperature must hold decimals"),
        ("thresholds.json", lambda v: v["temperature"].update(topic=-1.0), "temperature must hold decimals"),
        ("thresholds.json", lambda v: v["temperature"].update(topic=None), "temperature must hold decimals"),
    ],
)
def test_content_is_refused_though_the_manifest_vouches(
    folder: Path, name: str, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    value = orjson.loads((folder / name).read_bytes())
    change(value)
    forge(folder, name, orjson.dumps(value))
    with pytest.raises(ArtifactRefused, match=problem) as refused:
        artifacts.load(folder)
    assert refused.value.file == folder / name


@pytest.mark.parametrize("name", ["labels.json", "thresholds.json", "metrics.json", "lineage.json"])
@pytest.mark.parametrize("forged", [b"[]", b"{", b"", b"\x80\x04K\x01.", b'{"a": NaN}'])
def test_what_is_no_json_object_is_refused(folder: Path, name: str, forged: bytes) -> None:
    forge(folder, name, forged)
    with pytest.raises(ArtifactRefused, match=rf"{name}: (is not JSON|must be an object)"):
        artifacts.load(folder)


@pytest.mark.parametrize(
    "manifest",
    [b"{}", b"[]", b"{", b'{"name":"b","release":"r","files":{}}', b'{"name":"b","release":"r","files":7}'],
)
def test_a_manifest_that_vouches_for_less_is_refused(folder: Path, manifest: bytes) -> None:
    (folder / MANIFEST).write_bytes(manifest)
    with pytest.raises(ArtifactRefused, match=r"manifest\.json"):
        artifacts.load(folder)


@pytest.mark.parametrize(
    ("name", "part"), [("thresholds.json", b"{}"), ("labels.json", b"{"), ("weights.pkl", b"x"), (GRAPH, None)]
)
def test_what_would_be_refused_is_never_published(folder: Path, name: str, part: bytes | None) -> None:
    before = content(folder)
    wrong = {key: value for key, value in ({**parts(), name: part}).items() if value is not None}
    with pytest.raises(ArtifactRefused):
        artifacts.save(folder, "reader", "2026.12", wrong)
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["reader"], "nothing half-done is left"


def test_a_new_artifact_takes_the_place_of_the_old_one_with_its_card(folder: Path) -> None:
    (folder / CARD).write_text("about the old one")
    version = artifacts.save(folder, "reader", "2026.12", parts(seed=2))
    assert artifacts.load(folder).version == version
    assert not (folder / CARD).exists()
    assert [path.name for path in folder.parent.iterdir()] == ["reader"]
