"""The encoder reader: one pass of an int8 network on ONNX Runtime answers all questions. Needs no torch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models import artifact as artifacts
from models.artifact import GRAPH, TOKENIZER, Artifact
from models.errors import ArtifactRefused
from models.predictions import HEADS, Prediction
from models.softmax import softmax
from models.thresholds import doubts, urgency_label
from models.tokens import PostTokenizer, Tokens

BATCH_TOKENS = 1_024
"""Tokens in a pass, padding included: what the processor's cache holds well."""
_OUTPUTS = ("scores", "places", "embedding")
_BEGIN = 1
_EDGES = " \t\r\n.,;:!?\"'()[]{}*~…“”‘’-–—/\\|"


@dataclass(frozen=True, slots=True)
class Raw:
    """What the network says about one post, before calibration."""

    logits: Mapping[str, NDArray[np.float32]]
    """head -> [labels]; for urgency log-probabilities."""
    spans: tuple[str, ...]
    embedding: tuple[float, ...]


class EncoderReader:
    """Reads posts with an artifact of ``models.train``. Implements ``models.predictions.Reader``.

    Each post's sums stand by themselves: alone or in company, scores differ by the order of summing alone. One
    session, which may serve many threads.
    """

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        self.artifact = artifact
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A thread that spins while it waits takes the processor from the rest of the worker.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._tokenizer = PostTokenizer.open(artifact.folder / TOKENIZER)
        except ValueError as error:
            raise ArtifactRefused(artifact.folder / TOKENIZER, str(error)[:200]) from error
        try:
            self._session = onnxruntime.InferenceSession(
                str(artifact.folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
            self._prove()
        except Exception as error:  # onnxruntime raises bare exceptions of its own
            raise ArtifactRefused(artifact.folder / GRAPH, f"cannot be run ({str(error)[:200]})") from error

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> "EncoderReader":
        """A reader over an artifact's folder. Raises ArtifactRefused."""
        return cls(artifacts.load(folder), threads)

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self.artifact.version

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in order."""
        return [self._predict(raw) for raw in self.raw(texts)]

    def raw(self, texts: Sequence[str]) -> list[Raw]:
        """What the network says about each text, in order; calibration and evaluation read it."""
        tokens = self._tokenizer(texts)
        answers: dict[int, Raw] = {}
        for batch in _batches(tokens):
            for index, raw in zip(batch, self._pass([tokens[i] for i in batch], texts, batch), strict=True):
                answers[index] = raw
        return [answers[index] for index in range(len(texts))]

    def _prove(self) -> None:
        """Read once with the first and the last token: files that do not belong together fail now, not in service.

        Raises ValueError, or what onnxruntime raises.
        """
        last = self._tokenizer.tokenizer.get_vocab_size() - 1
        scores, places, embedding = self._run(np.array([[0, last]], np.int64), np.ones((1, 2), np.int64))
        labels = sum(len(self.artifact.labels[head]) for head in HEADS)
        if scores.shape != (1, labels) or places.shape[:2] != (1, 2) or embedding.ndim != 2:
            raise ValueError(f"it answers with {scores.shape[1:]} scores, where the labels are {labels}")
        if not all(np.isfinite(values).all() for values in (scores, places, embedding)):
            raise ValueError("it answers with what is not a number")

    def _run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        answers: list[NDArray[np.float32]] = self._session.run(_OUTPUTS, {"ids": ids, "mask": mask})
        return answers

    def _pass(self, tokens: Sequence[Tokens], texts: Sequence[str], batch: Sequence[int]) -> Iterator[Raw]:
        longest = max(len(one.ids) for one in tokens)
        ids = np.full((len(tokens), longest), self._tokenizer.padding, np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        scores, places, embedding = self._run(ids, mask)
        tags = places.argmax(axis=2)
        cuts = np.cumsum([len(self.artifact.labels[head]) for head in HEADS])[:-1]
        for row, (one, index) in enumerate(zip(tokens, batch, strict=True)):
            logits = dict(zip(HEADS, np.split(scores[row], cuts), strict=True))
            yield Raw(logits, spans(texts[index], one, tags[row]), tuple(embedding[row].tolist()))

    def _predict(self, raw: Raw) -> Prediction:
        limits = self.artifact.thresholds
        scores: dict[str, Mapping[str, float]] = {}
        for head in HEADS:
            chances = softmax(raw.logits[head].astype(np.float64) / limits.temperature[head])
            scores[head] = dict(zip(self.artifact.labels[head], chances.tolist(), strict=True))
        return Prediction(
            model=self.version,
            intent=_likeliest(scores["intent"]),
            topic=_likeliest(scores["topic"]),
            urgency=urgency_label(scores["urgency"], limits),
            sentiment=_likeliest(scores["sentiment"]),
            scores=scores,
            doubts=doubts(scores, limits),
            spans=raw.spans,
            embedding=raw.embedding,
        )


def spans(text: str, tokens: Tokens, tags: NDArray[np.int64]) -> tuple[str, ...]:
    """The verbatim places of a post, from the tag of the first token of each word."""
    found: list[tuple[int, int]] = []
    going = False
    for (start, end), first in zip(tokens.words.raw, tokens.firsts, strict=True):
        tag = int(tags[first]) if first else 0
        if tag and going and tag != _BEGIN:
            found[-1] = (found[-1][0], end)
        elif tag:
            found.append((start, end))
        going = bool(tag)
    pieces = (text[start:end].strip(_EDGES) for start, end in found)
    return tuple(piece for piece in pieces if piece)


def _batches(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    """Indices of posts of about one length, so that little is padded."""
    batch: list[int] = []
    for index in sorted(range(len(tokens)), key=lambda i: len(tokens[i].ids)):
        if batch and (len(batch) + 1) * len(tokens[index].ids) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _likeliest(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda label: scores[label])
