"""The network of the reader: one encoder, one pass, a head for each question. Needs the ``train`` extra."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

EMBEDDING = 128
"""Length of the vector by which posts about one matter are found."""
TAGS = ("O", "B", "I")
"""Outside a place, beginning of one, inside of one."""
IGNORED = -100
"""In place of a label that a post does not have."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Answers about a batch of posts; ``nn.Module`` speaks tensors, so these are logits and vectors."""

    heads: Mapping[str, Tensor]
    """head -> [posts, labels]; for urgency log-probabilities, else logits."""
    places: Tensor
    """[posts, tokens, tags] logits; meaningful at the first token of each word."""
    pooled: Tensor
    """[posts, 2 x hidden] state of <s>, then mean of all token states."""
    embedding: Tensor
    """[posts, EMBEDDING], of length 1."""


class Head(nn.Module):
    """One hidden layer between the pooled post and the labels of a question."""

    def __init__(self, size: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(2 * size, size), nn.GELU(), nn.Dropout(dropout), nn.Linear(size, labels)
        )

    def forward(self, pooled: Tensor) -> Tensor:
        """[posts, 2 x hidden] -> [posts, labels]."""
        answers: Tensor = self.layers(pooled)
        return answers


class OrdinalHead(nn.Module):
    """Urgency as steps: is it at least one step up, given that it reached this one?

    Conditional ordinal regression (CORN; Shi, Cao, Raschka 2021): the probabilities always add up to 1, and
    mistaking darurat for rendah costs more than mistaking it for tinggi.
    """

    def __init__(self, size: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.steps = Head(size, labels - 1, dropout)

    def forward(self, pooled: Tensor) -> Tensor:
        """Log-probabilities [posts, labels], calm to alarming as in the taxonomy."""
        steps = self.steps(pooled)
        up, stay = functional.logsigmoid(steps), functional.logsigmoid(-steps)
        reached = torch.cumsum(up, dim=1)
        return torch.cat([stay[:, :1], reached[:, :-1] + stay[:, 1:], reached[:, -1:]], dim=1)


class ReaderNetwork(nn.Module):
    """The encoder with all heads. ``labels`` names each head and counts its labels."""

    encoder: PreTrainedModel
    centre: Tensor
    """[2 x hidden]; see ``standardise``, as for the next three."""
    spread: Tensor
    token_centre: Tensor
    """[hidden]"""
    token_spread: Tensor

    def __init__(self, encoder: PreTrainedModel, labels: Mapping[str, int], dropout: float = 0.15) -> None:
        super().__init__()
        self.encoder = encoder
        size: int = encoder.config.hidden_size
        self.heads = nn.ModuleDict(
            {
                head: (OrdinalHead if head == "urgency" else Head)(size, count, dropout)
                for head, count in labels.items()
            }
        )
        self.register_buffer("centre", torch.zeros(2 * size))
        self.register_buffer("spread", torch.ones(2 * size))
        self.register_buffer("token_centre", torch.zeros(size))
        self.register_buffer("token_spread", torch.ones(size))
        self.places = nn.Sequential(nn.Dropout(dropout), nn.Linear(size, len(TAGS)))
        self.matter = nn.Linear(size, EMBEDDING)

    def standardise(self, pooled: Tensor, states: Tensor) -> None:
        """Give the heads numbers of about size 1, by what the encoder says of a sample of posts.

        ``pooled`` is [posts, 2 x hidden], ``states`` [tokens, hidden].

        Encoders trained by contrast (e5) put all texts into one narrow cone; heads on it as it is learn nothing
        in the first thousand steps.
        """
        self.centre.copy_(pooled.mean(dim=0))
        self.spread.copy_(pooled.std(dim=0) + 1e-3)
        self.token_centre.copy_(states.mean(dim=0))
        self.token_spread.copy_(states.std(dim=0) + 1e-3)

    @property
    def standardised(self) -> bool:
        """Whether ``standardise`` was called, here or before the weights were saved."""
        return bool(self.centre.any())

    def forward(self, ids: Tensor, mask: Tensor) -> Outputs:
        """Read posts: ``ids`` and ``mask`` [posts, tokens]; mask is 1 for a token and 0 for padding."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(dim=1) / weight.sum(dim=1)
        both = torch.cat([states[:, 0], mean], dim=1)
        return Outputs(
            heads={head: module((both - self.centre) / self.spread) for head, module in self.heads.items()},
            places=self.places((states - self.token_centre) / self.token_spread),
            pooled=both,
            embedding=functional.normalize(self.matter(mean), dim=1),
        )


def loss_of(outputs: Outputs, truth: Mapping[str, Tensor], tags: Tensor, weight: Tensor, smoothing: float) -> Tensor:
    """Mean loss of a batch, each post and head that has a label counted by the post's ``weight``.

    ``truth`` is head -> [posts] and ``tags`` [posts, tokens], with IGNORED where nothing is known. Places count
    twice. A batch without any label costs 0.
    """
    total = outputs.places.new_zeros((), requires_grad=True)
    for head, wanted in truth.items():
        known = wanted != IGNORED
        if not known.any():
            continue
        logits, goal, share = outputs.heads[head][known], wanted[known], weight[known]
        if head == "urgency":
            each = functional.nll_loss(logits, goal, reduction="none")
        else:
            each = functional.cross_entropy(logits, goal, reduction="none", label_smoothing=smoothing)
        total = total + (each * share).sum() / len(weight)
    if (tags != IGNORED).any():
        each = functional.cross_entropy(outputs.places.transpose(1, 2), tags, ignore_index=IGNORED, reduction="none")
        tagged = (tags != IGNORED).any(dim=1)
        by_post = each.sum(dim=1)[tagged] / (tags != IGNORED).sum(dim=1)[tagged]
        total = total + (by_post * weight[tagged]).sum() / len(weight) * 2
    return total
