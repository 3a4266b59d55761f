"""Examples as the tensors of a batch, mistyped afresh each time they are asked for. Needs the ``train`` extra."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.augment import noisy
from models.network import IGNORED
from models.predictions import HEADS
from models.sources import REVIEW, TONES, Example
from models.taxonomy import load as load_taxonomy
from models.tokens import PostTokenizer, Tokens

O, B, I = range(3)  # noqa: E741 - the names of the scheme


def labels_of() -> dict[str, tuple[str, ...]]:
    """Each head that trains with its labels, in the order of its outputs."""
    return {head: load_taxonomy().labels(head) for head in HEADS} | {REVIEW: TONES}


class Batch(NamedTuple):
    """Examples as tensors; IGNORED where nothing is known."""

    ids: Tensor
    """[posts, tokens]"""
    mask: Tensor
    """[posts, tokens]: 1 for a token, 0 for padding."""
    truth: Mapping[str, Tensor]
    """head -> [posts]"""
    tags: Tensor
    """[posts, tokens]: O, B or I at the first token of each word."""
    weight: Tensor
    """[posts]: how much each counts."""


class Batches:
    """Examples to tensors."""

    def __init__(self, tokenizer: PostTokenizer) -> None:
        self.tokenizer = tokenizer
        self.labels = {head: {label: n for n, label in enumerate(names)} for head, names in labels_of().items()}

    def __call__(self, examples: Sequence[Example], noise: random.Random | None, share: float = 0.0) -> Batch:
        """The examples, ``share`` of them mistyped by ``noise``."""
        texts = [(e.text, e.places) for e in examples]
        if noise is not None:
            texts = [noisy(*pair, noise) if noise.random() < share else pair for pair in texts]
        tokens = self.tokenizer([text for text, _ in texts])
        ids, mask = padded(tokens, self.tokenizer.padding)
        truth = {
            head: torch.tensor([known.get(e.labels.get(head, ""), IGNORED) for e in examples])
            for head, known in self.labels.items()
        }
        tags = torch.full(ids.shape, IGNORED)
        for row, (one, (_, places)) in enumerate(zip(tokens, texts, strict=True)):
            if places is not None:
                for unit, tag in enumerate(tags_of(one, places)):
                    if one.firsts[unit]:
                        tags[row, one.firsts[unit]] = tag
        return Batch(ids, mask, truth, tags, torch.tensor([e.share for e in examples]))


def padded(tokens: Sequence[Tokens], padding: int) -> tuple[Tensor, Tensor]:
    """Ids and mask [posts, tokens] of posts of unequal length."""
    rows = [torch.tensor(one.ids) for one in tokens]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=padding)
    lengths = torch.tensor([len(row) for row in rows])
    return ids, (torch.arange(ids.shape[1])[None] < lengths[:, None]).long()


def tags_of(tokens: Tokens, places: Sequence[tuple[int, int]]) -> list[int]:
    """B, I or O of each unit, by the places (start, end) of the raw text that it touches."""
    tags = []
    last = None
    for start, end in tokens.words.raw:
        inside = next((place for place in places if place[0] < end and start < place[1]), None)
        tags.append(O if inside is None else I if inside == last else B)
        last = inside
    return tags
