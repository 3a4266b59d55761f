"""The encoder that training starts from: an artifact of ours, or a folder or hub name in the form of transformers."""

from hashlib import sha256
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedConfig, PreTrainedModel
from transformers.utils import logging

from models import artifact as artifacts
from models.artifact import ENCODER, MANIFEST, TOKENIZER, WEIGHTS
from models.errors import BaseUnavailable
from models.text import HANDLE, URL
from models.tokens import MAX_TOKENS, PostTokenizer

SCALE = ".scale"
"""Ends the name of the scales of an int8 weight in an artifact."""
TABLE = "encoder.embeddings.word_embeddings.weight"
"""The embedding table, by the name that it has in the network."""
_ENCODER = "encoder."
_UNREADABLE = (OSError, ValueError, AttributeError, ImportError, SafetensorError)
"""What transformers raises for a name that is no encoder, or one that it cannot have."""
_SETTINGS = """{
  "tokenizer_class": "PreTrainedTokenizerFast",
  "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>",
  "pad_token": "<pad>", "cls_token": "<s>", "mask_token": "<mask>"
}
"""


def config_of(name: str) -> PreTrainedConfig:
    """The shape of a base. Raises as ``load_base`` does."""
    if _ours(name):
        artifacts.load(Path(name))
        name = str(Path(name, ENCODER))
    try:
        config: PreTrainedConfig = AutoConfig.from_pretrained(name)
    except _UNREADABLE as error:
        raise BaseUnavailable(name, _first_line(error)) from error
    return config


def load_base(name: str) -> tuple[PreTrainedModel, Tokenizer]:
    """The encoder in float32, and its tokenizer with a token each for links and handles.

    Raises BaseUnavailable when it cannot be had, which for a hub name includes: not while offline; and
    ArtifactRefused for an artifact that is not as published.
    """
    config = config_of(name)
    positions = getattr(config, "max_position_embeddings", MAX_TOKENS)
    if positions < MAX_TOKENS:
        raise BaseUnavailable(name, f"it reads {positions} tokens of a post, and {MAX_TOKENS} are needed")
    if _ours(name):
        encoder: PreTrainedModel = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
        stored = weights_of(name)
        own = {key.removeprefix(_ENCODER): value for key, value in stored.items() if key.startswith(_ENCODER)}
        encoder.load_state_dict(own, strict=False)  # what it lacks is the pooler, which nothing here reads
        return encoder, Tokenizer.from_file(str(Path(name, TOKENIZER)))
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        encoder = AutoModel.from_pretrained(name, dtype=torch.float32)
        tokenizer: Tokenizer = AutoTokenizer.from_pretrained(name).backend_tokenizer
    except _UNREADABLE as error:
        raise BaseUnavailable(name, _first_line(error)) from error
    before = tokenizer.get_vocab_size()
    if tokenizer.token_to_id("<pad>") is None:
        raise BaseUnavailable(name, "its tokenizer has no <pad>")
    PostTokenizer(tokenizer)
    _grow(encoder, tokenizer, before)
    return encoder, tokenizer


def weights_of(name: str) -> dict[str, Tensor]:
    """The weights of an artifact, heads and all, in float32 under the names of the network; none for another base."""
    if not _ours(name):
        return {}
    artifacts.load(Path(name))
    stored = safetensors.torch.load(Path(name, WEIGHTS).read_bytes())
    weights = {}
    for key, value in stored.items():
        if key.endswith(SCALE):
            continue
        scale = stored.get(f"{key}{SCALE}")
        if scale is None:
            weights[key] = value
        elif key == TABLE:
            weights[key] = value.float() * scale[:, None]
        else:
            weights[key] = (value.float() * scale).T.contiguous()
    return weights


def identity_of(name: str) -> str:
    """What tells a base from another under the same name: the sum of an artifact's manifest, else the name."""
    return sha256(Path(name, MANIFEST).read_bytes()).hexdigest() if _ours(name) else name


def origin_of(name: str) -> str:
    """How a base is told of in what is published: an artifact's version, a folder's name, or the hub name."""
    if _ours(name):
        return artifacts.load(Path(name)).version
    return Path(name).resolve().name if Path(name).is_dir() else name


def save_base(encoder: PreTrainedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write both so that ``load_base`` finds them again."""
    encoder.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    folder.joinpath("tokenizer_config.json").write_text(_SETTINGS, encoding="utf-8")


def _ours(name: str) -> bool:
    return Path(name, MANIFEST).is_file()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _grow(encoder: PreTrainedModel, tokenizer: Tokenizer, before: int) -> None:
    if tokenizer.get_vocab_size() == encoder.config.vocab_size:
        return
    table = encoder.resize_token_embeddings(tokenizer.get_vocab_size(), mean_resizing=False).weight.data
    # They start as the words they replace, which the encoder knows.
    for name, word in ((URL, "http"), (HANDLE, "@")):
        spot = tokenizer.token_to_id(name)
        if spot is not None and spot >= before:
            pieces = tokenizer.encode(word, add_special_tokens=False).ids
            table[spot] = table[pieces].mean(dim=0)
