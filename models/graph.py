"""The network as an ONNX graph over the weights of an artifact: the same sums as ``network.py``, in int8.

The operators of the domain ``com.microsoft`` are ONNX Runtime's own fused ones; its documentation names them
ContribOperators. Large weights stay in weights.safetensors, whose bytes the graph points to.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import orjson
from onnx import TensorProto, helper, numpy_helper

from models.artifact import WEIGHTS
from models.export import Exported

MICROSOFT = "com.microsoft"


class _Builder:
    """Nodes in order, each output under a name of its own."""

    def __init__(self, exported: Exported) -> None:
        self.exported = exported
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.generic | np.ndarray[Any, Any]] = {}
        self.used: set[str] = set()

    def constant(self, name: str, value: np.generic | np.ndarray[Any, Any]) -> str:
        self.constants[name] = value
        return name

    def weight(self, name: str) -> str:
        self.used.add(name)
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **settings))
        return output

    def linear(self, name: str, value: str, output: str) -> str:
        scale, zero = self.exported.inputs[name]
        step = self.constant(f"{name}.input.scale", np.float32(scale))
        origin = self.constant(f"{name}.input.zero", np.uint8(zero))
        small = f"{value}|{scale}|{zero}"
        if not any(node.output[0] == small for node in self.nodes):
            self.node("QuantizeLinear", [value, step, origin], small)
        weight, scales = self.weight(f"{name}.weight"), self.weight(f"{name}.weight.scale")
        return self.node(
            "MatMulIntegerToFloat",
            [small, weight, step, scales, origin, "", self.weight(f"{name}.bias")],
            output,
            MICROSOFT,
        )


def graph(exported: Exported, weights: bytes) -> bytes:
    """The graph of the network as the bytes of an ONNX file. ``weights`` are those of weights.safetensors.

    Inputs: ids and mask, int64 [posts, tokens]. Outputs: scores [posts, labels of all heads side by side],
    places [posts, tokens, tags], embedding [posts, numbers].
    """
    b = _Builder(exported)
    states = _encoder(b)
    _answers(b, states)
    post = {"scores": ["labels"], "places": ["tokens", "tags"], "embedding": ["numbers"]}
    made = helper.make_graph(
        b.nodes,
        "reader",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["posts", "tokens"]) for name in ("ids", "mask")],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["posts", *shape]) for name, shape in post.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in b.constants.items()]
        + _pointers(weights, b.used),
    )
    domains = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    content: bytes = helper.make_model(made, opset_imports=domains, ir_version=8).SerializeToString()
    return content


def _encoder(b: _Builder) -> str:
    inside = "encoder.embeddings"
    table = f"{inside}.word_embeddings.weight"
    zero = b.constant("zero", np.array([0], np.int64))
    one = b.constant("one", np.array([1], np.int64))
    two = b.constant("two", np.array([2], np.int64))
    rows = b.node("Gather", [b.weight(table), "ids"], "rows")
    wide = b.node("Cast", [rows], "rows.float", to=TensorProto.FLOAT)
    scales = b.node("Gather", [b.weight(f"{table}.scale"), "ids"], "rows.scale")
    known = b.node("Mul", [wide, b.node("Unsqueeze", [scales, two], "rows.scale.1")], "words")
    length = b.node("Slice", [b.node("Shape", ["ids"], "shape"), one, two], "length")
    spots = b.node("Slice", [b.weight(f"{inside}.position_embeddings.weight"), zero, length, zero], "positions")
    kind = b.node("Slice", [b.weight(f"{inside}.token_type_embeddings.weight"), zero, one, zero], "kind")
    placed = b.node("Add", [b.node("Add", [known, spots], "words.placed"), kind], "words.typed")
    states = _norm(b, f"{inside}.LayerNorm", placed, "states.0")
    flags = b.node("Cast", ["mask"], "mask.int", to=TensorProto.INT32)
    for number in range(b.exported.layers):
        states = _layer(b, f"encoder.encoder.layer.{number}", states, flags, f"states.{number + 1}")
    return states


def _norm(b: _Builder, name: str, value: str, output: str) -> str:
    inputs = [value, b.weight(f"{name}.weight"), b.weight(f"{name}.bias")]
    return b.node("LayerNormalization", inputs, output, axis=-1, epsilon=b.exported.epsilon)


def _layer(b: _Builder, name: str, states: str, flags: str, output: str) -> str:
    query, key, value = (
        b.linear(f"{name}.attention.self.{part}", states, f"{output}.{part}") for part in ("query", "key", "value")
    )
    inputs = [query, key, value, "", flags]
    met = b.node("MultiHeadAttention", inputs, f"{output}.met", MICROSOFT, num_heads=b.exported.attention)
    seen = b.linear(f"{name}.attention.output.dense", met, f"{output}.seen")
    total = b.node("Add", [seen, states], f"{output}.sum")
    states = _norm(b, f"{name}.attention.output.LayerNorm", total, f"{output}.mid")
    wide = b.linear(f"{name}.intermediate.dense", states, f"{output}.wide")
    bent = b.node("Gelu", [wide], f"{output}.bent", MICROSOFT)
    narrow = b.linear(f"{name}.output.dense", bent, f"{output}.narrow")
    return _norm(b, f"{name}.output.LayerNorm", b.node("Add", [narrow, states], f"{output}.sum2"), output)


def _answers(b: _Builder, states: str) -> None:
    one, two = "one", "two"
    flags = b.node("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    share = b.node("Unsqueeze", [flags, two], "mask.1")
    total = b.node("ReduceSum", [b.node("Mul", [states, share], "states.known"), one], "total", keepdims=0)
    count = b.node("ReduceSum", [flags, one], "count", keepdims=1)
    mean = b.node("Div", [total, count], "mean")
    first = b.node("Gather", [states, b.constant("start", np.int64(0))], "first", axis=1)
    pooled = b.node("Concat", [first, mean], "pooled", axis=1)
    both = b.node("Div", [b.node("Sub", [pooled, b.weight("centre")], "pooled.0"), b.weight("spread")], "pooled.1")
    answers = []
    for head, ordinal in b.exported.heads.items():
        name = f"heads.{head}.steps.layers" if ordinal else f"heads.{head}.layers"
        bent = b.node("Gelu", [b.linear(f"{name}.1", both, f"{head}.1")], f"{head}.2", MICROSOFT)
        answer = b.linear(f"{name}.4", bent, f"{head}.3")
        answers.append(_ladder(b, head, answer) if ordinal else answer)
    b.node("Concat", answers, "scores", axis=1)
    moved = b.node("Sub", [states, b.weight("token_centre")], "states.moved")
    b.linear("places.1", b.node("Div", [moved, b.weight("token_spread")], "states.even"), "places")
    vector = b.linear("matter", mean, "vector")
    b.node("LpNormalization", [vector], "embedding", axis=1, p=2)


def _ladder(b: _Builder, head: str, steps: str) -> str:
    """Log-probabilities of the labels from the steps between them; see ``network.OrdinalHead``."""

    def log_sigmoid(value: str, output: str) -> str:
        # -softplus(-x), which keeps its digits where the sigmoid is near 0.
        return b.node("Neg", [b.node("Softplus", [b.node("Neg", [value], f"{output}.a")], f"{output}.b")], output)

    up = log_sigmoid(steps, f"{head}.up")
    stay = b.node("Sub", [up, steps], f"{head}.stay")
    reached = b.node("CumSum", [up, b.constant("axis", np.int64(1))], f"{head}.reached")
    last = b.constant("last", np.array([-1], np.int64))
    end = b.constant("end", np.array([2**31], np.int64))
    lowest = b.node("Slice", [stay, "zero", "one", "one"], f"{head}.lowest")
    before = b.node("Slice", [reached, "zero", last, "one"], f"{head}.before")
    after = b.node("Slice", [stay, "one", end, "one"], f"{head}.after")
    top = b.node("Slice", [reached, last, end, "one"], f"{head}.top")
    return b.node("Concat", [lowest, b.node("Add", [before, after], f"{head}.middle"), top], f"{head}.labels", axis=1)


def _pointers(weights: bytes, used: set[str]) -> list[TensorProto]:
    """The weights as tensors whose bytes lie in weights.safetensors."""
    size = int.from_bytes(weights[:8], "little")
    header = orjson.loads(weights[8 : 8 + size])
    kinds = {"I8": TensorProto.INT8, "F32": TensorProto.FLOAT}
    pointers = []
    for name in sorted(used):
        entry = header[name]
        start, end = entry["data_offsets"]
        tensor = TensorProto(name=name, data_type=kinds[entry["dtype"]], dims=entry["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", 8 + size + start), ("length", end - start)):
            tensor.external_data.add(key=key, value=str(value))
        pointers.append(tensor)
    return pointers
