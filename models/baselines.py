"""What other systems read with, taught by the same posts: a reader that costs more must be better than these.

words         Tf-idf of words and word pairs, logistic regression: the method of Signalen's classification service
letters       Tf-idf of groups of 2 to 5 letters within words, linear support vectors
frozen        The mean of an encoder's token states as it comes, standardised, logistic regression

Each answers one head at a time and knows no thresholds: its urgency is the likeliest label. Needs the extra
``train``.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import sources
from models.errors import CorpusRefused, TrainingUnavailable
from models.predictions import HEADS
from models.sources import Example
from models.text import normalise

SEED = 2026
WORDS, LETTERS, FROZEN = "words", "letters", "frozen"
TITLES = {
    WORDS: "tf-idf of words, logistic regression",
    LETTERS: "letter groups, linear SVM",
    FROZEN: "frozen encoder, logistic regression",
}
"""Method -> what a table calls it."""
MAX_FEATURES = 150_000
"""Commonest words or letter groups: keeps 25,000 posts within minutes and memory."""
FROZEN_POSTS = 10_000
"""Most posts that teach FROZEN, drawn at random: a processor core encodes some 25 posts a second."""

Answers = Mapping[str, Sequence[str]]
"""head -> label of each text, in order."""
Vectors = Any
"""[texts, features], dense or sparse."""


def posts(data: Path | None, without: Sequence[Path]) -> list[Example]:
    """The posts of the refining sources, less those of ``without`` and their near-duplicates.

    ``data`` is the folder that "data:" stands for in sources.toml; None leaves those sources out. Raises
    CorpusRefused for an unreadable source, and when a head has fewer than two labels to tell apart.
    """
    listed = [source for source in sources.listed(data) if source.refine]
    examples = [example for source in listed for example in sources.read(source, without)]
    for head in HEADS:
        if len({e.labels[head] for e in examples if head in e.labels}) < 2:
            raise CorpusRefused(sources.LISTED, f"{head}: the refining sources teach fewer than 2 labels")
    return examples


def methods(base: str | None) -> tuple[str, ...]:
    """The methods that ``read`` answers by: FROZEN only where there is an encoder."""
    return (WORDS, LETTERS, FROZEN) if base else (WORDS, LETTERS)


def read(
    examples: Sequence[Example], texts: Sequence[str], base: str | None, done: Callable[[str, float], None]
) -> dict[str, Answers]:
    """method -> its answers about ``texts``, taught by ``examples``, each counted by its share.

    ``base`` is the encoder for FROZEN, see ``models.base.load_base``; None leaves that method out. ``done`` is
    told the method and the share of its work, 0 to 1, done since the last time. The same posts give the same
    answers. Raises TrainingUnavailable, BaseUnavailable or ArtifactRefused.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise TrainingUnavailable("scikit-learn") from error
    taught = [normalise(example.text) for example in examples]
    asked = [normalise(text) for text in texts]
    vectors = _tfidf(taught, asked, "word", (1, 2))
    model = partial(LogisticRegression, C=10.0, max_iter=200, tol=1e-3, random_state=SEED)
    found = {WORDS: _answers(examples, *vectors, model, partial(done, WORDS, 1 / len(HEADS)))}
    vectors = _tfidf(taught, asked, "char_wb", (2, 5))
    model = partial(LinearSVC, C=0.5, tol=1e-3, random_state=SEED)
    found[LETTERS] = _answers(examples, *vectors, model, partial(done, LETTERS, 1 / len(HEADS)))
    if base:
        draw = random.Random(SEED)  # noqa: S311 - a sample
        some = draw.sample(list(examples), min(FROZEN_POSTS, len(examples)))
        states = _states([e.text for e in some] + list(texts), base, lambda share: done(FROZEN, 0.9 * share))
        known, new = states[: len(some)], states[len(some) :]
        centre, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
        model = partial(LogisticRegression, C=0.05, max_iter=200, tol=1e-3, random_state=SEED)
        vectors = (known - centre) / spread, (new - centre) / spread
        found[FROZEN] = _answers(some, *vectors, model, partial(done, FROZEN, 0.1 / len(HEADS)))
    return found


def _answers(
    examples: Sequence[Example], known: Vectors, new: Vectors, model: Callable[[], Any], done: Callable[[], None]
) -> Answers:
    said = {}
    for head in HEADS:
        rows = [n for n, example in enumerate(examples) if head in example.labels]
        labels = [examples[n].labels[head] for n in rows]
        fitted = model().fit(known[rows], labels, sample_weight=[examples[n].share for n in rows])
        said[head] = [str(label) for label in fitted.predict(new)]
        done()
    return said


def _tfidf(
    taught: Sequence[str], asked: Sequence[str], analyzer: str, lengths: tuple[int, int]
) -> tuple[Vectors, Vectors]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=lengths,
        lowercase=False,  # normalised already
        sublinear_tf=True,
        # A word seen once teaches nothing about others; in a handful of posts every word is seen once.
        min_df=2 if len(taught) > 100 else 1,
        max_features=MAX_FEATURES,
    )
    return vectorizer.fit_transform(taught), vectorizer.transform(asked)


def _states(texts: Sequence[str], base: str, done: Callable[[float], None]) -> NDArray[np.float32]:
    """[texts, hidden] mean of the token states of the encoder as it comes."""
    try:
        import torch

        from models.base import load_base
    except ImportError as error:
        raise TrainingUnavailable(error.name or "torch") from error
    from models.tokens import PostTokenizer

    encoder, backend = load_base(base)
    encoder.train(False)
    tokenizer = PostTokenizer(backend)
    tokens = tokenizer(texts)
    order = sorted(range(len(texts)), key=lambda n: len(tokens[n].ids))
    rows: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(texts)
    with torch.no_grad():
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            ids = torch.nn.utils.rnn.pad_sequence(
                [torch.tensor(tokens[n].ids) for n in batch], batch_first=True, padding_value=tokenizer.padding
            )
            mask = torch.arange(ids.shape[1])[None] < torch.tensor([len(tokens[n].ids) for n in batch])[:, None]
            states = encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
            weight = mask[:, :, None].to(states.dtype)
            means = ((states * weight).sum(dim=1) / weight.sum(dim=1)).numpy()
            for n, mean in zip(batch, means, strict=True):
                rows[n] = mean
            done(len(batch) / len(texts))
    return np.stack(rows)
