"""From the trained network to what serves: int8 weights that training can start from again, and a graph over them.

Weights are rounded to int8 by output column, the embedding table by row. What enters a linear layer is rounded
to uint8 on a scale fixed beforehand from real posts: a scale taken from each batch would let the company of a
post move its scores.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedConfig

from models.base import SCALE, TABLE
from models.errors import ExportRefused
from models.network import ReaderNetwork
from models.tensors import padded
from models.tokens import PostTokenizer, Tokens

Numbers = NDArray[Any]
"""float32, or int8 with a scale."""
Ranges = Mapping[str, tuple[float, float]]
"""Linear layer -> between which values its inputs lie."""
TAIL = 1e-4
"""Share of what enters a layer that may lie beyond its range, on either side, and is cut to it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A network as arrays, each with the name that its parameter has in torch."""

    weights: Mapping[str, Numbers]
    """int8 [in, out] of a linear layer with ``.scale`` [out]; int8 rows of the table; the rest float32."""
    inputs: Mapping[str, tuple[float, int]]
    """Linear layer -> (scale, zero point) of what enters it, as uint8."""
    heads: Mapping[str, bool]
    """head -> whether it is ordinal, in the order of the outputs."""
    layers: int
    attention: int
    """Heads of attention in a layer."""
    epsilon: float
    """Of the layer norms."""


def servable(config: PreTrainedConfig) -> None:
    """Raises ExportRefused for an encoder that the graph has no sums for: other than BERT with GELU."""
    if config.model_type != "bert" or config.hidden_act != "gelu":
        raise ExportRefused(
            f"an encoder of type {config.model_type!r} can be trained and measured, but not served",
            remedy="start from one of type 'bert' with the activation 'gelu'",
        )


@torch.no_grad()
def ranges_of(network: ReaderNetwork, tokenizer: PostTokenizer, posts: Sequence[str]) -> Ranges:
    """Between which values nearly all inputs of each linear layer lie, over ``posts``."""
    seen: dict[str, list[Tensor]] = {}
    draw = torch.Generator().manual_seed(0)  # the same network gives the same ranges, whatever was drawn before

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            flat = inputs[0].reshape(-1)
            seen.setdefault(name, []).append(flat[torch.randperm(len(flat), generator=draw)[:20_000]])
            seen[name].append(torch.stack([flat.min(), flat.max()]))

        return hook

    hooks = [m.register_forward_pre_hook(watch(name)) for name, m in _linear(network)]
    network.eval()
    # Padding enters the layers too, and serves nobody: batches of one length only.
    for _, same in groupby(sorted(tokenizer(posts), key=_length), key=_length):
        network(*padded(list(same), tokenizer.padding))
    for hook in hooks:
        hook.remove()
    ranges = {}
    for name, parts in seen.items():
        values = torch.cat(parts)
        low = float(values.kthvalue(max(1, round(TAIL * len(values)))).values)
        high = float(values.kthvalue(min(len(values), round((1 - TAIL) * len(values)))).values)
        ranges[name] = (min(low, 0.0), max(high, 1e-6))
    return ranges


def _length(tokens: Tokens) -> int:
    return len(tokens.ids)


def _linear(network: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    return ((name, m) for name, m in network.named_modules() if isinstance(m, nn.Linear) and "pooler" not in name)


def export(network: ReaderNetwork, ranges: Ranges, served: Sequence[str]) -> Exported:
    """The network as arrays: the graph answers the heads that are ``served``, training starts from all.

    Raises ExportRefused for other than BERT encoders, and for weights that are no numbers.
    """
    config = network.encoder.config
    servable(config)
    weights: dict[str, Numbers] = {}
    linear = dict(_linear(network))
    for name, parameter in (*network.named_parameters(), *network.named_buffers()):
        if name.startswith("encoder.") and not isinstance(parameter, nn.Parameter):
            continue  # position numbers, which the graph counts itself
        owner = name.rsplit(".", 1)[0]
        if "pooler" in name:
            continue
        value = parameter.detach().numpy()
        if not np.isfinite(value).all():
            raise ExportRefused(f"{name} is not a number", remedy="train again, with a lower --rate")
        if owner in linear and name.endswith(".weight"):
            weights[name], weights[f"{name}{SCALE}"] = rounded(value.T, axis=0)
        elif name == TABLE:
            weights[name], weights[f"{name}{SCALE}"] = rounded(value, axis=1)
        else:
            weights[name] = value.astype(np.float32)
    return Exported(
        weights=weights,
        inputs={name: _uint8(*ranges[name]) for name in linear if f"{name}.weight" in weights},
        heads={head: head == "urgency" for head in served},
        layers=config.num_hidden_layers,
        attention=config.num_attention_heads,
        epsilon=config.layer_norm_eps,
    )


def rounded(values: Numbers, axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 of a matrix and the scale of each row (axis 1) or column (axis 0), so that int8 x scale gives it back."""
    scale = np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-12) / 127
    # safetensors writes the bytes as they lie in memory, so they must lie in the order of the shape.
    return np.ascontiguousarray(np.rint(values / scale).astype(np.int8)), scale.squeeze(axis).astype(np.float32)


def _uint8(low: float, high: float) -> tuple[float, int]:
    scale = (high - low) / 255
    return scale, min(255, max(0, round(-low / scale)))
