"""Artifacts of a few kilobytes: whole and readable, but knowing nothing; for tests that are not about reading."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models import artifact as artifacts
from models.artifact import ENCODER, GRAPH, TOKENIZER, WEIGHTS
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.thresholds import Thresholds

LABELS = sum(len(load_taxonomy().labels(head)) for head in HEADS)

METRICS = {
    "held_out": {
        "intent": {"accuracy": 0.9, "macro_f1": 0.8},
        "topic": {"accuracy": 0.75},
        "urgency": {"accuracy": 0.0},
        "darurat": {"recall": 0.5, "posts": 4},
    }
}
"""Sentiment is left out: figures may be missing."""

LINEAGE = {
    "command": "dengar train --seed 7",
    "recipe": {"seed": 7, "rate": 0.001},
    "sources": [{"name": "written", "licence": "the project's own", "posts": 12}],
    "files": [{"file": "written.jsonl", "sha256": "ab" * 32}],
}


def save(folder: Path, seed: int = 1, name: str = "tiny", release: str = "2026.11", **parts: bytes) -> str:
    """Save an artifact and return its version, another for each seed.

    ``parts`` replace files: graph, metrics, lineage.
    """
    names = {"graph": GRAPH, "metrics": "metrics.json", "lineage": "lineage.json"}
    return artifacts.save(folder, name, release, {**made(seed), **{names[key]: part for key, part in parts.items()}})


def content(folder: Path) -> dict[str, bytes]:
    """All that lies in a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def packed(target: Path, folder: Path, inside: str = "") -> Path:
    """A zip of the files of a folder, each under ``inside``."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(folder.iterdir()):
            zipped.write(path, f"{inside}{path.name}")
    return target


def made(seed: int = 1) -> Mapping[str, bytes]:
    """The files of an artifact."""
    flat = dict.fromkeys(HEADS, 0.5)
    return {
        GRAPH: graph(np.full(LABELS, 0.01 * seed)),
        WEIGHTS: safetensors.numpy.save({"seed": np.array([seed], np.float32)}),
        TOKENIZER: _tokenizer(),
        ENCODER: b"{}",
        "labels.json": artifacts.labels_part(),
        "thresholds.json": artifacts.thresholds_part(Thresholds(dict.fromkeys(HEADS, 1.0), flat, 0.2, 0.4)),
        "metrics.json": artifacts.written(METRICS),
        "lineage.json": artifacts.written(LINEAGE),
    }


def graph(scores: np.ndarray) -> bytes:
    """A graph that answers every post with these scores times its tokens, and finds no place."""
    constants: dict[str, np.ndarray] = {
        "scores.1": scores.astype(np.float32),
        "places.1": np.array([1, 0, 0], np.float32),
        "embedding.1": np.array([0.6, 0.8], np.float32),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["mask"], ["known"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["known", "one"], ["count"], keepdims=1),
        helper.make_node("Mul", ["count", "scores.1"], ["scores"]),
        helper.make_node("Unsqueeze", ["known", "two"], ["each"]),
        helper.make_node("Mul", ["each", "places.1"], ["places"]),
        helper.make_node("Div", ["count", "count"], ["whole"]),
        helper.make_node("Mul", ["whole", "embedding.1"], ["embedding"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["posts", "tokens"]) for name in ("ids", "mask")]
    outputs = [
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["posts", "labels"]),
        helper.make_tensor_value_info("places", TensorProto.FLOAT, ["posts", "tokens", "tags"]),
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["posts", "numbers"]),
    ]
    known = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    whole = helper.make_graph(nodes, "tiny", inputs, outputs, known)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(whole, opset_imports=opset, ir_version=8).SerializeToString())


def _tokenizer() -> bytes:
    tokenizer = Tokenizer(WordLevel({"<unk>": 0, "<pad>": 1}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer.to_str().encode()
