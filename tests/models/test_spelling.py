"""A slip of one key is put right; no word that the lexicon knows is touched."""

import random
import re
from pathlib import Path

import pytest
from rapidfuzz.distance import OSA

from models.dataset import CORPUS, read_posts
from models.lexicon import COMMON, counted, main, names_of, written
from models.spelling import LEXICON, LONGEST, SHORTEST, corrected, lexicon
from models.words import words

SLIPS = [
    ("bajir", "banjir"),  # left out
    ("banjiir", "banjir"),  # typed twice
    ("bamjir", "banjir"),  # the key beside it
    ("bajnir", "banjir"),  # two in the wrong order
    ("warg", "warga"),  # the last one missing
    ("pemerinta", "pemerintah"),
    ("kelurahann", "kelurahan"),
    ("bamjir", "banjir"),
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
    "mempercantik",  # memper + cantik
    "linmas",  # "lintas" is one letter away, but not one key
    "baruk",  # a kelurahan
    "berisiko",  # "berisik" and a letter more, which is no slip of a thumb
    "teredam",  # known by name
]


@pytest.mark.parametrize(("slip", "meant"), SLIPS)
def test_a_slip_is_put_right(slip: str, meant: str) -> None:
    assert corrected(slip) == meant


@pytest.mark.parametrize("word", UNTOUCHED)
def test_other_words_stay(word: str) -> None:
    assert corrected(word) == word


def test_a_letter_left_out_is_mostly_found_again_and_never_far_away() -> None:
    draw = random.Random(5)
    common = [word for word, count in lexicon().items() if count and len(word) >= SHORTEST]
    found = 0
    for word in draw.sample(common, 400):
        at = draw.randrange(1, len(word))
        slip = word[:at] + word[at + 1 :]
        meant = corrected(slip)
        assert OSA.distance(slip, meant) <= 1
        assert meant[0] == slip[0]
        assert corrected(meant) == meant, "settled at once"
        found += meant == word
    assert found > 200  # the others are words themselves


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


def test_names_of_towns_are_known_and_those_of_villages_are_not() -> None:
    rows = [
        ("35", "Jawa Timur"),
        ("35.78", "Kota Surabaya"),
        ("35.78.03.1002", "Kedung Baruk"),
        ("35.01.01.2001", "Desa"),
    ]
    assert list(names_of({"code": code, "name": name} for code, name in rows)) == [
        "kota",
        "surabaya",
        "kedung",
        "baruk",
    ]


def test_the_command_writes_what_reading_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roots, names, out = tmp_path / "roots.txt", tmp_path / "names.csv", tmp_path / "lexicon.txt"
    roots.write_text("pukul\n", encoding="utf-8")
    names.write_text("code,name\n35.78,Kota Surabaya\n", encoding="utf-8")
    assert main([str(roots), str(names), "--out", str(out)]) == 0
    made = out.read_text(encoding="utf-8").splitlines()
    assert {"pukul", "surabaya"} < {line.split()[0] for line in made}
    assert any(re.fullmatch(r"banjir \d{3,}", line) for line in made)
    assert main([str(tmp_path / "none.txt"), str(names)]) == 1
    assert "none.txt: is missing; name a list of root words" in " ".join(capsys.readouterr().err.split())


def test_the_lexicon_counts_the_corpus_as_it_is() -> None:
    counts = counted(post.text for post in read_posts(CORPUS))
    common = {word: count for word, count in counts.items() if count >= COMMON}
    assert {word: count for word, count in lexicon().items() if count} == common


def test_the_lexicon_is_sorted_and_holds_words_alone() -> None:
    lines = [line for line in LEXICON.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z]+( \d+)?", line) for line in lines)
    assert [line.split()[0] for line in lines] == sorted({line.split()[0] for line in lines})
