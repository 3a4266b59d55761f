"""Noise for training: it changes words, never what they are about, and places move along with their words."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.augment import FRONTS, TAILS, noisy
from models.words import words

POST = "Tolong lampu jalan mati di depan Pasar Kembang, Jl. Mawar No. 5!"
PLACES = ((27, 64),)
SEEDS = range(200)


def post_of(count: int) -> str:
    """Words that noise may change, each known again by its number: digits are never mistyped."""
    return " ".join(f"banjirnya{number}sekali" for number in range(count))


def numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


@given(st.data(), st.integers(0, 10**9), st.integers(1, 30))
@settings(max_examples=200)
def test_a_place_moves_along_with_its_words(data: st.DataObject, seed: int, count: int) -> None:
    text = post_of(count)
    spots = [found.span() for found in re.finditer(r"\S+", text)]
    word = st.integers(0, count - 1)
    chosen = [sorted(pair) for pair in data.draw(st.lists(st.tuples(word, word), max_size=4))]
    # From inside the first word to inside the last: a place grows to whole words.
    inset = data.draw(st.integers(0, 3))
    places = tuple((spots[first][0] + inset, spots[last][1] - inset) for first, last in chosen)
    changed, moved = noisy(text, places, random.Random(seed))
    assert moved is not None
    assert numbers(changed) == list(range(count))
    for (first, last), (start, end) in zip(chosen, moved, strict=True):
        assert 0 <= start < end <= len(changed)
        assert numbers(changed[start:end]) == list(range(first, last + 1))
        assert changed[start:end] == changed[start:end].strip()


TYPED = "Jl. Mawar, @warga https://t.co/a 😭 !! (RT 05) kebakaran gg.3 ... banjir"


@given(st.lists(st.sampled_from(TYPED.split())))
def test_any_place_overlaps_the_noisy_form_of_its_words(typed: list[str]) -> None:
    text = "  ".join(typed)
    spots = tuple(found.span() for found in re.finditer(r"\S+", text))
    for seed in range(20):
        changed, moved = noisy(text, spots, random.Random(seed))
        assert moved is not None
        assert len(moved) == len(spots)
        end = 0
        for (start, to), word in zip(moved, typed, strict=True):
            assert end <= start < to <= len(changed)
            assert changed[start:to] == word or len(word) >= 4
            end = to


@pytest.mark.parametrize(
    "post", [POST, "banjir", "??", "...!", "😭", "a", "@warga", "https://t.co/a", "Jl.\n\tMawar"]
)
def test_a_post_with_words_never_becomes_empty(post: str) -> None:
    for seed in SEEDS:
        changed, _ = noisy(post, None, random.Random(seed))
        assert changed.strip()


@pytest.mark.parametrize("post", ["", " ", "\n\t"])
def test_a_post_without_words_gets_none_but_those_around_it(post: str) -> None:
    around = {front + tail for front in ("", *FRONTS) for tail in ("", *TAILS)}
    for seed in SEEDS:
        assert noisy(post, (), random.Random(seed))[0] in around


def test_equal_seeds_give_equal_noise_and_others_other() -> None:
    made = [noisy(POST, PLACES, random.Random(seed)) for seed in SEEDS]
    assert made == [noisy(POST, PLACES, random.Random(seed)) for seed in SEEDS]
    assert len({text for text, _ in made}) > len(SEEDS) // 2


def test_a_place_does_not_grow_over_the_spaces_around_it() -> None:
    for seed in SEEDS:
        assert noisy(POST, ((26, 64),), random.Random(seed)) == noisy(POST, PLACES, random.Random(seed))


def test_places_do_not_change_the_noise() -> None:
    for seed in SEEDS:
        assert noisy(POST, None, random.Random(seed))[0] == noisy(POST, PLACES, random.Random(seed))[0]


def test_unknown_places_stay_unknown_and_none_stay_none() -> None:
    for seed in SEEDS:
        assert noisy(POST, None, random.Random(seed))[1] is None
        assert noisy(POST, (), random.Random(seed))[1] == ()


@pytest.mark.parametrize(
    "kept", ["@SapaWarga", "https://t.co/AbCd", "www.contoh.id", "(pic.twitter.com/abcd)", "a@b.id"]
)
def test_handles_and_links_are_neither_mistyped_nor_joined(kept: str) -> None:
    for seed in range(1_000):
        assert kept in noisy(f"banjir {kept} sekali", None, random.Random(seed))[0].split()


@pytest.mark.parametrize("kept", ["081234567", "RT05", "gg.3", "di", "Jl."])
def test_numbers_and_short_words_are_not_mistyped(kept: str) -> None:
    for seed in range(1_000):
        assert kept in noisy(f"banjir {kept} sekali", None, random.Random(seed))[0]


TABLE = [
    (1, POST, "depan Pasar Kembang, Jl. Mawar No. 5!"),
    (
        5,
        "@akun Tolong lampu jalan mati di deapn Pasar Kembang, Jl. Mawar No. 5!",
        "deapn Pasar Kembang, Jl. Mawar No. 5!",
    ),
    (
        8,
        "RT @akun: Tolong lampu jalna mati di depan Pasar Kembng, Jl. Mawar No. 5!",
        "depan Pasar Kembng, Jl. Mawar No. 5!",
    ),
    (13, "Tolong lampu jalan mati di dpn Pasar Kembang, Jl. Mawar No. 5!", "dpn Pasar Kembang, Jl. Mawar No. 5!"),
    (34, "Tolong lmpu jalan mati didepn Pqsar Kembang, Jl. Mawar No. 5!", "depn Pqsar Kembang, Jl. Mawar No. 5!"),
    (51, "Tolong lampu jalan mati di depan Pasar Kembang,Jl. Mawar No. 5!", "depan Pasar Kembang,Jl. Mawar No. 5!"),
    (
        56,
        "Tolong lampu jalan mati di depen Psaar Kembang, Jl. Mawr No. 5! terima kasih",
        "depen Psaar Kembang, Jl. Mawr No. 5!",
    ),
]


@pytest.mark.parametrize(("seed", "text", "place"), TABLE)
def test_noise_of_a_seed(seed: int, text: str, place: str) -> None:
    changed, places = noisy(POST, PLACES, random.Random(seed))
    assert changed == text
    assert places is not None
    ((start, end),) = places
    assert changed[start:end] == place


def test_noise_is_mild() -> None:
    plain = words(POST).text.split()
    kept = [word in words(noisy(POST, None, random.Random(seed))[0]).text for seed in SEEDS for word in plain]
    assert 0.75 < sum(kept) / len(kept) < 0.98
