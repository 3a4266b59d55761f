"""The artifact of a reader: a folder of eight files and the manifest that vouches for them.

reader.onnx          the graph; it points into weights.safetensors and holds no large number itself
weights.safetensors  int8 weights with their scales, under the names of the network: training starts from them too
tokenizer.json       text to token ids, for the library `tokenizers`
encoder.json         the shape of the encoder, as transformers writes it
labels.json          taxonomy version, and each head's labels in the order of the outputs
thresholds.json      temperature and doubt per head, alarm for darurat and tinggi
metrics.json         held-out figures of the recipe that made it
lineage.json         what it learned from with sha256 and licence, settings, seed, versions of libraries
manifest.json        name, release, sha256 of each file above

README.md, the model card, and its pictures may lie beside them: they are never read, and not vouched for.
Nothing is unpickled, and each file's bytes are hashed before they are parsed.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import orjson

from models.errors import ArtifactRefused
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.thresholds import DARURAT, TINGGI, Thresholds

MANIFEST = "manifest.json"
CARD = "README.md"
GRAPH, WEIGHTS, TOKENIZER, ENCODER = "reader.onnx", "weights.safetensors", "tokenizer.json", "encoder.json"
PARTS = (
    GRAPH,
    WEIGHTS,
    TOKENIZER,
    ENCODER,
    "labels.json",
    "thresholds.json",
    "metrics.json",
    "lineage.json",
)
PROSE = {CARD, "reliability.svg", "confusion.svg"}
MAX_BYTES = 512 * 2**20
"""Larger files are refused unread: the shipped weights hold about 37 MiB, a large encoder's 350."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A published reader: checked, its small parts in memory, its large ones on disk."""

    folder: Path
    name: str
    release: str
    """Year and month of the training, e.g. ``2026.11``."""
    labels: Mapping[str, Sequence[str]]
    thresholds: Thresholds
    metrics: Mapping[str, Any]
    """JSON, for people and cards; no code decides by it."""
    lineage: Mapping[str, Any]
    version: str
    """``name-release-<8 hex of the manifest>``."""


def save(folder: Path, name: str, release: str, parts: Mapping[str, bytes]) -> str:
    """Publish the parts as an artifact and return its version. All or nothing: nobody sees half a folder.

    A folder that is already there is replaced, with its card, which described the old model. Raises
    ArtifactRefused for what ``load`` would refuse tomorrow.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new, old = Path(scratch, "new"), Path(scratch, "old")
        new.mkdir()
        for part, content in parts.items():
            (new / part).write_bytes(content)
        sums = {part: sha256(content).hexdigest() for part, content in parts.items()}
        (new / MANIFEST).write_bytes(written({"name": name, "release": release, "files": sums}))
        version = load(new).version
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return version


def load(folder: Path) -> Artifact:
    """Check an artifact and read its small parts.

    Raises ArtifactRefused, naming the file, for anything that is not as published.
    """
    _refuse_strangers(folder)
    manifest_bytes = _read(folder / MANIFEST)
    manifest = _object(folder / MANIFEST, manifest_bytes, {"name", "release", "files"})
    if not isinstance(manifest["files"], dict) or set(manifest["files"]) != set(PARTS):
        raise ArtifactRefused(folder / MANIFEST, f"must vouch for exactly {', '.join(PARTS)}")
    for part in PARTS:
        if _sum(folder / part) != manifest["files"][part]:
            raise ArtifactRefused(folder / part, "does not match its sha256 in manifest.json")
    name, release = str(manifest["name"]), str(manifest["release"])
    return Artifact(
        folder=folder,
        name=name,
        release=release,
        labels=_labels(folder / "labels.json"),
        thresholds=_thresholds(folder / "thresholds.json"),
        metrics=_object(folder / "metrics.json", _read(folder / "metrics.json")),
        lineage=_object(folder / "lineage.json", _read(folder / "lineage.json")),
        version=f"{name}-{release}-{sha256(manifest_bytes).hexdigest()[:8]}",
    )


def written(value: object) -> bytes:
    """A JSON part as it is published: the same value gives the same bytes."""
    return orjson.dumps(
        value,
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY,
    )


def labels_part() -> bytes:
    """``labels.json`` of the taxonomy of this code."""
    taxonomy = load_taxonomy()
    return written({"taxonomy": taxonomy.version, "heads": {head: taxonomy.labels(head) for head in HEADS}})


def thresholds_part(limits: Thresholds) -> bytes:
    """``thresholds.json``."""
    alarm = {DARURAT: limits.alarm_darurat, TINGGI: limits.alarm_tinggi}
    return written({"temperature": dict(limits.temperature), "doubt": dict(limits.doubt), "alarm": alarm})


def _refuse_strangers(folder: Path) -> None:
    if not folder.is_dir():
        raise ArtifactRefused(folder, "is not a folder", remedy="name the folder of a trained artifact")
    known = {MANIFEST, *PROSE, *PARTS}
    for path in sorted(folder.iterdir()):
        if path.name not in known or not path.is_file():
            raise ArtifactRefused(path, "is no file of an artifact", remedy="move it out of the folder")


def _check(path: Path) -> None:
    if not path.is_file():
        raise ArtifactRefused(path, "is missing")
    if path.stat().st_size > MAX_BYTES:
        raise ArtifactRefused(path, f"is larger than {MAX_BYTES} bytes")


def _sum(path: Path) -> str:
    _check(path)
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    _check(path)
    return path.read_bytes()


def _object(path: Path, content: bytes, keys: set[str] | None = None) -> dict[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ArtifactRefused(path, f"is not JSON ({error})") from error
    if not isinstance(value, dict) or (keys is not None and set(value) != keys):
        wanted = f"an object with exactly {', '.join(sorted(keys))}" if keys else "an object"
        raise ArtifactRefused(path, f"must be {wanted}")
    return value


def _labels(path: Path) -> dict[str, list[str]]:
    value = _object(path, _read(path), {"taxonomy", "heads"})
    taxonomy = load_taxonomy()
    if value["taxonomy"] != taxonomy.version:
        problem = f"speaks taxonomy {value['taxonomy']}, this code {taxonomy.version}"
        raise ArtifactRefused(path, problem, remedy="train it again with this taxonomy")
    known = {head: list(taxonomy.labels(head)) for head in HEADS}
    if value["heads"] != known:
        raise ArtifactRefused(path, "does not list the labels of the taxonomy, in its order")
    return known


def _thresholds(path: Path) -> Thresholds:
    value = _object(path, _read(path), {"temperature", "doubt", "alarm"})
    wanted = {"temperature": set(HEADS), "doubt": set(HEADS), "alarm": {DARURAT, TINGGI}}
    for part, keys in wanted.items():
        row = value[part]
        if not isinstance(row, dict) or set(row) != keys:
            raise ArtifactRefused(path, f"{part} must hold exactly {', '.join(sorted(keys))}")
        top = 100.0 if part == "temperature" else 1.0
        if not all(isinstance(number, float) and 0.0 < number <= top for number in row.values()):
            raise ArtifactRefused(path, f"{part} must hold decimals above 0, at most {top:g}")
    alarm = value["alarm"]
    return Thresholds(value["temperature"], value["doubt"], alarm[DARURAT], alarm[TINGGI])
