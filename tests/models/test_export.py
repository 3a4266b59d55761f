"""From the network to what serves: the same answers, in a quarter of the bytes."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

from collections.abc import Callable

import onnx
import onnxruntime
import torch
from transformers import BertConfig, PreTrainedConfig, RobertaConfig, RobertaModel

from models.base import SCALE, TABLE, weights_of
from models.encoder import EncoderReader
from models.errors import ExportRefused
from models.export import export, ranges_of, rounded, servable
from models.graph import graph
from models.network import ReaderNetwork
from models.predictions import HEADS
from models.tensors import labels_of, padded
from models.train import logits_of, pooled_of
from tests.models.tiny import Trained


@pytest.mark.parametrize("axis", [0, 1])
def test_rounded_times_scale_gives_the_numbers_back(axis: int) -> None:
    values = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    values[2], values[:, 3] = 0, 1e-20
    small, scale = rounded(values, axis)
    assert small.dtype == np.int8
    assert (small.shape, len(scale)) == ((7, 5), values.shape[1 - axis])
    wide = np.expand_dims(scale, axis)
    assert (np.abs(small * wide - values) <= wide / 2 + 1e-7).all(), "half a step at most"
    assert small.flags.c_contiguous, "or its bytes are written in another order than its shape says"


def test_the_artifact_holds_the_network_for_training_to_start_from(trained: Trained) -> None:
    stored = weights_of(str(trained.folder))
    network = trained.network.state_dict()
    lacking = {name for name in network if "pooler" not in name and "position_ids" not in name} - stored.keys()
    assert lacking == set()
    for name, value in stored.items():
        reach = network[name].abs().max().item()
        assert (value - network[name]).abs().max().item() <= reach / 127 + 1e-6, name


def test_large_weights_are_int8_and_inputs_are_on_a_fixed_scale(trained: Trained) -> None:
    weights = trained.exported.weights
    kinds = {name: value.dtype for name, value in weights.items() if value.size > 2_000}
    assert TABLE in kinds
    assert {name for name, kind in kinds.items() if kind != np.int8} == {
        "encoder.embeddings.position_embeddings.weight"
    }
    for name, (scale, zero) in trained.exported.inputs.items():
        assert f"{name}.weight{SCALE}" in weights
        assert scale > 0
        assert 0 <= zero <= 255, "nothing stays nothing"


def test_the_graph_points_at_the_bytes_of_the_weights(trained: Trained) -> None:
    stored = (trained.folder / "weights.safetensors").read_bytes()
    model = onnx.load(str(trained.folder / "reader.onnx"), load_external_data=False)
    outside = [t for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
    assert {t.name for t in outside} <= trained.exported.weights.keys()
    for tensor in outside:
        told = {entry.key: entry.value for entry in tensor.external_data}
        value = trained.exported.weights[tensor.name]
        assert told["location"] == "weights.safetensors"
        start = int(told["offset"])
        assert stored[start : start + int(told["length"])] == value.tobytes(), tensor.name
        assert tuple(tensor.dims) == value.shape
    inside = [t for t in model.graph.initializer if t.data_location != onnx.TensorProto.EXTERNAL]
    assert sum(len(t.SerializeToString()) for t in inside) < 10_000, "no large number lies in the graph itself"


def test_the_graph_says_what_the_network_says(trained: Trained) -> None:
    raw = EncoderReader.open(trained.folder).raw(trained.texts)
    whole = logits_of(trained.network, trained.tokenizer, trained.texts)
    for head in HEADS:
        said = np.stack([one.logits[head] for one in raw])
        assert said.shape == whole[head].shape
        assert np.abs(said - whole[head]).max() < 0.15, head
        assert (said.argmax(axis=1) == whole[head].argmax(axis=1)).mean() >= 0.95, head
        if head == "urgency":
            np.testing.assert_allclose(np.exp(said).sum(axis=1), 1, atol=1e-5)


@torch.no_grad()
def test_the_graph_gives_the_embedding_of_the_network(trained: Trained) -> None:
    said = np.array([one.embedding for one in EncoderReader.open(trained.folder).raw(trained.texts)])
    size = trained.network.encoder.config.hidden_size
    mean = pooled_of(trained.network, trained.tokenizer, trained.texts)[:, size:]
    whole = torch.nn.functional.normalize(trained.network.matter(mean), dim=1).numpy()
    np.testing.assert_allclose(np.linalg.norm(said, axis=1), 1, atol=1e-5)
    assert (said * whole).sum(axis=1).min() > 0.99


@torch.no_grad()
def test_the_graph_gives_the_place_tags_of_the_network(trained: Trained) -> None:
    session = onnxruntime.InferenceSession(str(trained.folder / "reader.onnx"))
    tokens = trained.tokenizer(trained.texts[:16])
    ids, mask = padded(tokens, trained.tokenizer.padding)
    (said,) = session.run(["places"], {"ids": ids.numpy(), "mask": mask.numpy()})
    whole = trained.network(ids, mask).places.numpy()
    known = mask.numpy() == 1
    assert np.abs(said - whole)[known].max() < 0.15


def test_the_same_network_is_exported_to_the_same_bytes(trained: Trained) -> None:
    made = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        exported = export(trained.network, ranges_of(trained.network, trained.tokenizer, trained.texts), HEADS)
        made.append((graph(exported, (trained.folder / "weights.safetensors").read_bytes()), exported.inputs))
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (lambda: RobertaConfig(), "type 'roberta'"),
        (lambda: BertConfig(hidden_act="relu"), "type 'bert'"),
        (lambda: BertConfig(hidden_act="gelu_new"), "type 'bert'"),
    ],
)
def test_other_encoders_are_refused(config: Callable[[], PreTrainedConfig], problem: str) -> None:
    with pytest.raises(ExportRefused, match=f"{problem}.*start from one of type 'bert'"):
        servable(config())


def test_a_network_over_another_encoder_is_refused_before_anything_is_written(trained: Trained) -> None:
    config = RobertaConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    network = ReaderNetwork(RobertaModel(config), {head: len(names) for head, names in labels_of().items()})
    with pytest.raises(ExportRefused, match="roberta"):
        export(network, {}, HEADS)


@pytest.mark.parametrize("name", ["heads.topic.layers.1.weight", "centre", TABLE])
def test_weights_that_are_no_numbers_are_never_exported(trained: Trained, name: str) -> None:
    value = trained.network.state_dict()[name]
    before = value.flatten()[3].item()
    value.view(-1)[3] = float("nan")
    try:
        with pytest.raises(ExportRefused, match=f"{name} is not a number"):
            export(trained.network, dict.fromkeys(trained.exported.inputs, (-1.0, 1.0)), HEADS)
    finally:
        value.view(-1)[3] = before
