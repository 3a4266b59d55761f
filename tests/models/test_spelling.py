"""A slip of one key is put right; no word that means something of its own is touched."""

import random
import re

import pytest

from models.lexicon import COMMON, counted, written
from models.spelling import LEXICON, LONGEST, SHORTEST, corrected, known, lexicon
from models.words import words

SLIPS = [
    ("bajir", "banjir"),  # left out
    ("banjiir", "banjir"),  # typed twice
    ("bamjir", "banjir"),  # the key beside it
    ("bajnir", "banjir"),  # two in the wrong order
    ("warg", "warga"),  # the last one missing
    ("pemerinta", "pemerintah"),
    ("kelurahann", "kelurahan"),
]

UNTOUCHED = [
    "banjir",  # common
    "dibeli",  # di + beli, though "diberi" is near
    "mengadukan",  # meng + adu + kan
    "memukulnya",  # mem + (p)ukul + nya
    "sukolilo",  # a place that is near to nothing
    "mbok",  # short
    "",
    "bangir2",  # not letters alone
    "bañjir",  # beyond ASCII
    "Bajir",  # words come in small letters
    "x" * (LONGEST + 1),
    "ajir",  # the first letter stands: it is never the slip
]


@pytest.mark.parametrize(("slip", "meant"), SLIPS)
def test_a_slip_is_put_right(slip: str, meant: str) -> None:
    assert corrected(slip) == meant


@pytest.mark.parametrize("word", UNTOUCHED)
def test_other_words_stay(word: str) -> None:
    assert corrected(word) == word


def test_what_is_read_instead_is_a_common_word_one_slip_away() -> None:
    draw = random.Random(5)
    common = [word for word, count in lexicon().items() if count and len(word) >= SHORTEST]
    changed = 0
    for word in draw.sample(common, 400):
        at = draw.randrange(1, len(word))
        slip = word[:at] + word[at + 1 :]
        meant = corrected(slip)
        assert known(slip) or lexicon().get(meant, 0) >= COMMON or meant == slip
        changed += meant == word
    assert changed > 200  # most slips find back; the others are words themselves


def test_correction_is_settled_at_once() -> None:
    for word in (slip for slip, _ in SLIPS):
        assert corrected(corrected(word)) == corrected(word)


def test_a_post_is_read_through_it_and_keeps_its_places() -> None:
    read = words("ADA BAJIR di jln Mawwar!")
    assert read.text.startswith("ada banjir di jalan")
    assert read.raw[1] == (4, 9)


def test_short_forms_count_for_the_word_they_stand_for() -> None:
    counts = counted(["yg rusak, jln itu @warga_kita rusak2", "yang"])
    assert counts == {"yang": 2, "rusak": 1, "jalan": 1, "itu": 1}


def test_the_file_tells_common_words_from_known_ones() -> None:
    text = written(counted(["banjir " * 6, "lampu lampu", "sekali"]), ["Rumah", "ke-1", "banjir"])
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["banjir 6", "lampu", "rumah"]


def test_the_lexicon_is_sorted_and_holds_words_alone() -> None:
    lines = [line for line in LEXICON.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z]+( \d+)?", line) for line in lines)
    assert [line.split()[0] for line in lines] == sorted({line.split()[0] for line in lines})
