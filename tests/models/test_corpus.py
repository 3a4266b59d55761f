"""The corpus keeps its promises: enough of everything that is rare, and no two posts alike."""

from collections import Counter

import numpy as np
import pytest
from rapidfuzz import fuzz

from models.dataset import CORPUS, read_posts
from models.taxonomy import load

TOO_ALIKE = 85
"""token_set_ratio above which two posts are one."""

SHARED = 0.5
"""Share of the shorter text's words that two texts must have in common to be compared letter by letter."""


def test_there_is_enough_of_what_is_rare() -> None:
    posts = read_posts(CORPUS)
    urgency = Counter(post.urgency for post in posts)
    topics = Counter(post.topic for post in posts)
    assert len(posts) >= 7_000
    assert urgency["darurat"] >= 900
    assert urgency["tinggi"] >= 1_500
    assert min(topics[topic] for topic in load().labels("topic")) >= 120


def test_no_two_posts_are_alike() -> None:
    """All pairs would take minutes; texts that are alike share most words of the shorter one."""
    sklearn_text = pytest.importorskip("sklearn.feature_extraction.text", reason="needs the extra `train`")
    posts = read_posts(CORPUS)
    texts = [post.text.lower() for post in posts]
    words = sklearn_text.CountVectorizer(binary=True, token_pattern=r"\w+", dtype="int32").fit_transform(texts)
    shared = (words @ words.T).tocoo()
    sizes = np.asarray(words.sum(axis=1)).ravel()
    shorter = np.minimum(sizes[shared.row], sizes[shared.col])
    suspect = (shared.row < shared.col) & (shared.data >= SHARED * shorter)
    pairs = list(zip(shared.row[suspect], shared.col[suspect], strict=True))
    assert pairs, "the sieve lets something through"
    alike = [(posts[a].id, posts[b].id) for a, b in pairs if fuzz.token_set_ratio(texts[a], texts[b]) > TOO_ALIKE]
    assert alike == []
