"""The in-repo reader: tf-idf of words and letter groups, one linear layer a head. Needs numpy only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from models import artifact as artifacts
from models.artifact import Artifact
from models.layers import Layers, Tensor
from models.predictions import HEADS, Prediction
from models.softmax import softmax
from models.text import normalise
from models.thresholds import doubts, urgency_label


class BaselineReader:
    """Reads posts with an artifact of ``models.train_baseline``. Implements ``models.predictions.Reader``.

    Holds no state but the artifact, so one reader may serve many threads.
    """

    def __init__(self, artifact: Artifact) -> None:
        self._version = artifact.version
        self._labels = artifact.labels
        self._thresholds = artifact.thresholds
        self._layers = Layers(artifact.weights)
        self._columns: dict[str, slice] = {}
        start = 0
        for head in HEADS:
            self._columns[head] = slice(start, start + len(artifact.labels[head]))
            start += len(artifact.labels[head])

    @classmethod
    def open(cls, folder: Path) -> "BaselineReader":
        """A reader over an artifact's folder. Raises ArtifactRefused."""
        return cls(artifacts.load(folder))

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self._version

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in order.

        Each text is computed by itself, so that company never moves a score; copies are computed once.
        """
        known: dict[str, Prediction] = {}
        predictions = []
        for text in texts:
            normalised = normalise(text)
            if normalised not in known:
                known[normalised] = self._predict(self._layers.logits(normalised))
            predictions.append(known[normalised])
        return predictions

    def _predict(self, logits: Tensor) -> Prediction:
        scores: dict[str, Mapping[str, float]] = {}
        for head, columns in self._columns.items():
            chances = softmax(logits[columns].astype(np.float64) / self._thresholds.temperature[head])
            scores[head] = dict(zip(self._labels[head], chances.tolist(), strict=True))
        return Prediction(
            model=self._version,
            intent=_likeliest(scores["intent"]),
            topic=_likeliest(scores["topic"]),
            urgency=urgency_label(scores["urgency"], self._thresholds),
            sentiment=_likeliest(scores["sentiment"]),
            scores=scores,
            doubts=doubts(scores, self._thresholds),
        )


def _likeliest(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda label: scores[label])
