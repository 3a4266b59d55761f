"""The opinion of a model about one post: the only thing the rest of Dengar sees of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

HEADS = ("intent", "topic", "urgency", "sentiment")
"""The four questions a reader answers with exactly one label each, in the order shown to people."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model says about one text."""

    model: str
    """Version of the artifact that spoke, e.g. ``reader-2026.11-1a2b3c4d``."""
    intent: str
    topic: str
    urgency: str
    sentiment: str
    scores: Mapping[str, Mapping[str, float]]
    """head -> label -> probability; the labels of one head sum to 1."""
    doubts: tuple[str, ...]
    """Heads whose best score is below the artifact's threshold: a person should look."""
    spans: tuple[str, ...] = ()
    """Verbatim pieces of the text that name where the matter is."""
    embedding: tuple[float, ...] = ()
    """A vector of length 1; posts about one matter have vectors that point the same way."""

    @property
    def review(self) -> bool:
        """Whether a person should look before the machine's word is trusted."""
        return bool(self.doubts)

    def label(self, head: str) -> str:
        """The label of one of ``HEADS``. Raises KeyError for any other name."""
        if head not in HEADS:
            raise KeyError(head)
        return str(getattr(self, head))


class Reader(Protocol):
    """Anything that reads posts."""

    @property
    def version(self) -> str:
        """The artifact's version, stored beside every prediction."""
        ...

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in order. Equal texts get equal labels, alone or in a batch; scores may differ by
        1e-4, as sums do that are taken in another order: only a post on the very border could change its label."""
        ...
