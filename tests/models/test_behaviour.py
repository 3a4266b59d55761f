"""The behavioural check keeps its promises: shape, labels, balance, and no post like another or like the corpus."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from models.taxonomy import load
from models.text import normalise

CORPUS = Path(str(files("models").joinpath("corpus")))

TOO_ALIKE = 85
"""token_set_ratio of normalised texts above which two posts are one."""

SHARED = 1 / 3
"""Share of the shorter text's words that two texts must have in common to be compared letter by letter."""

URGENCIES = {"emergency": {"darurat", "tinggi"}, "hard_negative": {"sedang", "rendah"}}
"""kind -> the urgencies a post of it may have."""


def read(name: str) -> list[dict[str, str]]:
    """The objects of a JSONL file of the corpus, one a line."""
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


POSTS = read("behaviour.jsonl")


def alike(texts: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places (in texts, in texts followed by others) of two texts too alike; each pair once.

    All letters of all pairs would take half a minute; texts that are alike share words.
    """
    everything = [normalise(text) for text in (*texts, *others)]
    words = [set(re.findall(r"\w+", text)) for text in everything]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, held in enumerate(words):
        for word in held:
            holders[word].append(place)
    found = []
    for place in range(len(texts)):
        shared = Counter(other for word in words[place] for other in holders[word] if other > place)
        for other, count in shared.items():
            if count < SHARED * min(len(words[place]), len(words[other])):
                continue
            if fuzz.token_set_ratio(everything[place], everything[other]) > TOO_ALIKE:
                found.append((place, other))
    return found


def test_every_post_has_exactly_the_five_fields_and_its_number() -> None:
    for number, post in enumerate(POSTS, start=1):
        assert list(post) == ["id", "text", "kind", "urgency", "lang"]
        assert post["id"] == f"b{number:03d}"
        assert post["text"] == post["text"].strip() != ""
        assert post["lang"] in {"id", "jv", "su", "mix"}, post["id"]


def test_every_label_is_one_of_the_taxonomy_and_fits_the_kind() -> None:
    known = set(load().labels("urgency"))
    assert set.union(*URGENCIES.values()) == known
    assert [post["id"] for post in POSTS if post["urgency"] not in URGENCIES[post["kind"]]] == []


@pytest.mark.parametrize(
    ("field", "value", "least"),
    [
        ("kind", "emergency", 130),
        ("kind", "hard_negative", 130),
        ("urgency", "darurat", 100),
        ("urgency", "tinggi", 35),
        ("urgency", "sedang", 30),
        ("urgency", "rendah", 100),
        ("lang", "jv", 15),
        ("lang", "su", 15),
        ("lang", "mix", 20),
    ],
)
def test_there_is_enough_of_each(field: str, value: str, least: int) -> None:
    assert sum(post[field] == value for post in POSTS) >= least


def test_exclamation_marks_do_not_tell_the_kinds_apart() -> None:
    shares = []
    for kind in URGENCIES:
        loud = ["!" in post["text"] for post in POSTS if post["kind"] == kind]
        shares.append(sum(loud) / len(loud))
    assert min(shares) > 0.1
    assert max(shares) - min(shares) < 0.1


def test_no_post_names_a_telephone_number_a_handle_or_a_link() -> None:
    private = re.compile(r"\d(?:[ .-]?\d){6,}|@\w|https?:|www\.")
    assert [post["id"] for post in POSTS if private.search(post["text"])] == []


def test_a_reworded_copy_would_be_found() -> None:
    first, second = POSTS[0]["text"], POSTS[200]["text"]
    copy = " ".join(reversed(first.split()[2:])).upper()
    assert alike([first, second], [copy]) == [(0, 2)]


def test_no_post_is_like_another_or_like_a_written_one() -> None:
    written = read("written.jsonl")
    ids = [post["id"] for post in (*POSTS, *written)]
    pairs = alike([post["text"] for post in POSTS], [post["text"] for post in written])
    assert [(ids[a], ids[b]) for a, b in pairs] == []


def test_no_source_of_training_names_it() -> None:
    assert "behaviour" not in files("models").joinpath("sources.toml").read_text(encoding="utf-8")
