"""The artifact of a small reader: a folder of six files and the manifest that vouches for them.

weights.safetensors  idf [features], weight [features, labels], bias [labels]; heads side by side
vocabulary.json      terms, then grams, in the order of the rows of weight
labels.json          taxonomy version, and each head's labels in the order of the columns of weight
thresholds.json      temperature and doubt per head, alarm for darurat and tinggi
metrics.json         held-out figures of the recipe that made it
lineage.json         sha256 of what it learned from, settings, seed, versions of libraries
manifest.json        name, release, sha256 of each file above

README.md, the model card, may lie beside them: it is prose, is never read, and is not vouched for.
Nothing is unpickled, and each file's bytes are hashed before they are parsed.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import safetensors
import safetensors.numpy

from models.errors import ArtifactRefused
from models.layers import Tensor, Weights
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.thresholds import DARURAT, TINGGI, Thresholds

MANIFEST = "manifest.json"
CARD = "README.md"
PARTS = (
    "weights.safetensors",
    "vocabulary.json",
    "labels.json",
    "thresholds.json",
    "metrics.json",
    "lineage.json",
)
MAX_BYTES = 64 * 2**20
"""Larger files are refused unread: the shipped artifact holds about 5 MB."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A trained small reader, checked and in memory."""

    name: str
    release: str
    """Year and month of the training, e.g. ``2026.11``."""
    weights: Weights
    labels: Mapping[str, Sequence[str]]
    thresholds: Thresholds
    metrics: Mapping[str, Any]
    """JSON, for people and cards; no code decides by it."""
    lineage: Mapping[str, Any]
    version: str = ""
    """``name-release-<8 hex of the manifest>``; given by ``save`` and ``load``."""


def save(artifact: Artifact, folder: Path) -> str:
    """Write the artifact and return its version. All or nothing: a reader never sees half a folder.

    A folder that is already there is replaced, with its card, which described the old model.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new, old = Path(scratch, "new"), Path(scratch, "old")
        new.mkdir()
        parts = _serialise(artifact)
        for name, content in parts.items():
            (new / name).write_bytes(content)
        manifest = _json(
            {
                "name": artifact.name,
                "release": artifact.release,
                "files": {name: sha256(content).hexdigest() for name, content in parts.items()},
            }
        )
        (new / MANIFEST).write_bytes(manifest)
        load(new)  # what would be refused tomorrow must not be published today
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return _version(artifact.name, artifact.release, manifest)


def load(folder: Path) -> Artifact:
    """Read and check an artifact. Raises ArtifactRefused, naming the file, for anything not as published."""
    _refuse_strangers(folder)
    manifest_bytes = _read(folder / MANIFEST)
    manifest = _object(folder / MANIFEST, manifest_bytes, {"name", "release", "files"})
    if not isinstance(manifest["files"], dict) or set(manifest["files"]) != set(PARTS):
        raise ArtifactRefused(folder / MANIFEST, f"must vouch for exactly {', '.join(PARTS)}")
    content = {name: _read(folder / name) for name in PARTS}
    for name in PARTS:
        if sha256(content[name]).hexdigest() != manifest["files"][name]:
            raise ArtifactRefused(folder / name, "does not match its sha256 in manifest.json")
    labels = _labels(folder / "labels.json", content["labels.json"])
    vocabulary = _vocabulary(folder / "vocabulary.json", content["vocabulary.json"])
    shape = (sum(map(len, vocabulary.values())), sum(map(len, labels.values())))
    tensors = _tensors(folder / "weights.safetensors", content["weights.safetensors"], shape)
    return Artifact(
        name=str(manifest["name"]),
        release=str(manifest["release"]),
        weights=Weights(terms=vocabulary["terms"], grams=vocabulary["grams"], **tensors),
        labels=labels,
        thresholds=_thresholds(folder / "thresholds.json", content["thresholds.json"]),
        metrics=_object(folder / "metrics.json", content["metrics.json"]),
        lineage=_object(folder / "lineage.json", content["lineage.json"]),
        version=_version(str(manifest["name"]), str(manifest["release"]), manifest_bytes),
    )


def _version(name: str, release: str, manifest: bytes) -> str:
    return f"{name}-{release}-{sha256(manifest).hexdigest()[:8]}"


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)


def _serialise(artifact: Artifact) -> dict[str, bytes]:
    limits = artifact.thresholds
    half: dict[str, np.ndarray] = {
        "idf": artifact.weights.idf.astype(np.float32),
        "weight": artifact.weights.weight.astype(np.float16),  # half the size; 1 of 2,476 held-out labels changes
        "bias": artifact.weights.bias.astype(np.float32),
    }
    heads = {head: list(artifact.labels[head]) for head in HEADS}
    vocabulary = {"terms": list(artifact.weights.terms), "grams": list(artifact.weights.grams)}
    return {
        "weights.safetensors": safetensors.numpy.save(half),
        "vocabulary.json": orjson.dumps(vocabulary),
        "labels.json": _json({"taxonomy": load_taxonomy().version, "heads": heads}),
        "thresholds.json": _json(
            {
                "temperature": dict(limits.temperature),
                "doubt": dict(limits.doubt),
                "alarm": {DARURAT: limits.alarm_darurat, TINGGI: limits.alarm_tinggi},
            }
        ),
        "metrics.json": _json(dict(artifact.metrics)),
        "lineage.json": _json(dict(artifact.lineage)),
    }


def _refuse_strangers(folder: Path) -> None:
    if not folder.is_dir():
        raise ArtifactRefused(folder, "is not a folder", remedy="name the folder of a trained artifact")
    known = {MANIFEST, CARD, *PARTS}
    for path in sorted(folder.iterdir()):
        if path.name not in known or not path.is_file():
            raise ArtifactRefused(path, "is no file of an artifact", remedy="move it out of the folder")


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise ArtifactRefused(path, "is missing")
    if path.stat().st_size > MAX_BYTES:
        raise ArtifactRefused(path, f"is larger than {MAX_BYTES} bytes")
    return path.read_bytes()


def _parse(path: Path, content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ArtifactRefused(path, f"is not JSON ({error})") from error


def _object(path: Path, content: bytes, keys: set[str] | None = None) -> dict[str, Any]:
    value = _parse(path, content)
    if not isinstance(value, dict) or (keys is not None and set(value) != keys):
        wanted = f"an object with exactly {', '.join(sorted(keys))}" if keys else "an object"
        raise ArtifactRefused(path, f"must be {wanted}")
    return value


def _labels(path: Path, content: bytes) -> dict[str, list[str]]:
    value = _object(path, content, {"taxonomy", "heads"})
    taxonomy = load_taxonomy()
    if value["taxonomy"] != taxonomy.version:
        problem = f"speaks taxonomy {value['taxonomy']}, this code {taxonomy.version}"
        raise ArtifactRefused(path, problem, remedy="train it again with this taxonomy")
    known = {head: list(taxonomy.labels(head)) for head in HEADS}
    if value["heads"] != known:
        raise ArtifactRefused(path, "does not list the labels of the taxonomy, in its order")
    return known


def _vocabulary(path: Path, content: bytes) -> dict[str, list[str]]:
    value = _object(path, content, {"terms", "grams"})
    for part, words in value.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ArtifactRefused(path, f"{part} must be a list of texts")
        if len(set(words)) != len(words):
            raise ArtifactRefused(path, f"{part} names a feature twice")
    return value


def _thresholds(path: Path, content: bytes) -> Thresholds:
    value = _object(path, content, {"temperature", "doubt", "alarm"})
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


def _tensors(path: Path, content: bytes, shape: tuple[int, int]) -> dict[str, Tensor]:
    try:
        tensors = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError) as error:
        raise ArtifactRefused(path, f"is not safetensors ({error})") from error
    shapes = {"idf": shape[:1], "weight": shape, "bias": shape[1:]}
    if {name: tensor.shape for name, tensor in tensors.items()} != shapes:
        raise ArtifactRefused(path, f"must hold exactly the tensors {shapes}")
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ArtifactRefused(path, "holds a weight that is not a number")
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
