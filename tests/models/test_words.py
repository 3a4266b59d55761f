"""Units of a post: what they say, where they stand, and that nothing an author varies idly changes them."""

import string
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import words as module
from models.text import HANDLE, MAX_CHARACTERS, URL, normalise
from models.words import Words, slang, words

PLAIN = "banjir di jalan mawar! tolong"

FIGURES = [
    ("BANJIR DI JALAN MAWAR! TOLONG", "letter case"),
    ("Banjir di Jalan Mawar! Tolong", "capitals"),
    ("banjiiiir di jalaaan mawarrr! tolooooong", "stretched letters"),
    ("ban\u200bjir di ja\u00adlan \u2060mawar! tol\u200dong\ufeff", "invisible characters in and at words"),
    ("\u200fbanjir\u200e di jalan mawar! tolong", "direction marks"),
    ("\u202ebanjir\u202c di jalan mawar! tolong", "directions overridden"),
    ("banjir😭di 🏠 jalan mawar!🔥🔥 tolong 👨\u200d🚒", "emoji, also where a space should be"),
    ("banjir ❤\ufe0f di jalan mawar! ☎️ tolong", "signs with variation selectors"),
    ("👍🏽 banjir di jalan mawar! 🙏🏿 tolong", "emoji with a tone of skin"),
    ("banjir di jalan mawar!!!!! tolong", "repeated signs"),
    ("banjir di jln mawar! tlg", "short forms"),
    ("BNJIR d JL mawar!! TLOOONG", "short forms in capitals, and stretched"),
    ("  banjir\tdi\n\njalan\u00a0mawar!\r\ntolong ", "white space"),
    ("ｂａｎｊｉｒ di jalan mawar！ tolong", "wide letters and signs"),
    ("𝐛𝐚𝐧𝐣𝐢𝐫 di jalan mawar! tolong", "letters of mathematics"),
]


@pytest.mark.parametrize("written", [row[0] for row in FIGURES], ids=[row[1] for row in FIGURES])
def test_what_an_author_may_vary_changes_nothing(written: str) -> None:
    assert words(written).text == PLAIN


TABLE = [
    ("BANJIR 😭 di jln Mawar!!! tlg", "banjir di jalan mawar! tolong"),
    ("@SapaWarga tolong @dishub_kota", f"{HANDLE} tolong {HANDLE}"),
    ("lihat https://t.co/AbC1?x=2 dan WWW.contoh.id/x", f"lihat {URL} dan {URL}"),
    ("foto pic.twitter.com/abc", f"foto {URL}"),
    ("surel warga@contoh.id", "surel warga@contoh.id"),  # no handle inside an address
    ("jl.mawar rt.05/rw.02", "jl.mawar rt.05/rw.02"),  # one word: "jl" alone is a short form, "jl.mawar" a name
    ("Jl. Mawar No. 5", "jalan. mawar nomor. 5"),
    ("rumah-rumah di Ma'arif", "rumah-rumah di ma'arif"),
    ("jl2 kira2nya org2an rumah-2", "jalan-jalan kira-kiranya orang-orangan rumah-rumah"),
    ("gk ada, gakbisa", "tidak ada, tidak bisa"),
    ("iuran 10000 di RT 111", "iuran 10000 di rt 111"),  # digits are never folded
    ("maaf saat ini", "maaf saat ini"),  # two letters are spelling, three are shouting
    ("banjir😭parah", "banjir parah"),
    ("?!?!!", "?!?!"),
    ("snake_case", "snake_case"),
    ("", ""),
    (" \t\n\u3000", ""),
    ("😭😭 🔥", ""),
    ("\x00\u200b\ud800", ""),
]


@pytest.mark.parametrize(("written", "read"), TABLE)
def test_words(written: str, read: str) -> None:
    assert words(written).text == read


def test_each_unit_stands_where_it_is_said_to_stand() -> None:
    post = "BANJIR 😭 di\u200b jln Maw\u00adar!!!tlg @a"
    read = words(post)
    assert [(post[a:b], read.text[c:d]) for (a, b), (c, d) in zip(read.raw, read.spans, strict=True)] == [
        ("BANJIR", "banjir"),
        ("di", "di"),
        ("jln", "jalan"),
        ("Maw\u00adar", "mawar"),
        ("!!!", "!"),
        ("tlg", "tolong"),
        ("@a", HANDLE),
    ]


HOSTILE = {
    "one letter": "a" * 50_000,
    "one capital": "A" * 50_000,
    "one sign": "!" * 50_000,
    "one invisible": "\u200b" * 50_000,
    "one emoji": "😭" * 50_000,
    "one space": " " * 50_000,
    "one expanding": "\ufdfa" * 50_000,
    "one combining": "\u0301" * 50_000,
    "nul": "\x00" * 50_000,
    "lone surrogates": "\ud800a\udfff" * 20_000,
    "letters with invisible between": "a\u200b" * 25_000,
    "letter before invisible": "a" + "\u200b" * 50_000,
    "inner hyphens": "a-" * 25_000,
    "handles": "@a" * 25_000,
    "at signs": "@" * 50_000,
    "links": "https://" * 6_000,
    "words": "tlg " * 12_500,
    "long words": ("x" * 3_999 + " ") * 12,
    "doubled long word": "ab" * 1_999 + "2",
    "directions": "\u202ea\u202c" * 16_000,
    "twice": "ab2" * 16_000,
}


def check(post: str, read: Words) -> None:
    """Every promise about places that holds for any text."""
    assert len(read.spans) == len(read.raw)
    end = raw_end = 0
    for (start, to), (raw_start, raw_to) in zip(read.spans, read.raw, strict=True):
        assert end <= start < to <= len(read.text)
        assert raw_end <= raw_start < raw_to <= len(post)
        assert read.text[end:start] in {"", " "}
        assert post[raw_start:raw_to].split() == [post[raw_start:raw_to]]
        end, raw_end = to, raw_to
    assert end == len(read.text)
    assert read.text.encode("utf-8").decode("utf-8") == read.text  # no lone surrogate reaches the tokenizer


@pytest.mark.parametrize("post", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_capped_sound_and_quick(post: str) -> None:
    started = time.process_time()
    read = words(post)
    assert time.process_time() - started < 0.5
    check(post, read)
    # The last unit may stand over, and be one word written twice.
    assert len(read.text) <= MAX_CHARACTERS + 2 * MAX_CHARACTERS + 1


@pytest.mark.parametrize("length", [MAX_CHARACTERS - 2, MAX_CHARACTERS - 1, MAX_CHARACTERS, MAX_CHARACTERS + 1])
@pytest.mark.parametrize("last", ["tlg", "tlg!tlg", "😭tlg", "!", "x" * 30])
def test_the_end_of_a_long_post_is_cut_between_units(length: int, last: str) -> None:
    post = "x" * (length - 4) + " a " + last + " sesudahnya"
    read = words(post)
    check(post, read)
    starts = [start for start, _ in read.spans]
    assert starts[-1] < MAX_CHARACTERS
    assert len(read.text) >= MAX_CHARACTERS or read.text.endswith("sesudahnya")


@given(st.text(st.characters(), max_size=80))
def test_any_text_is_read(post: str) -> None:
    check(post, words(post))


ODD = """a B k 2 jl yg 2nya - ' ’ . _ @ # ! !! / 😭 ™ ½ ﷺ İ ſ ß ´ é rt ① http https:// www. WWW. pic.twitter.com/"""
UNSEEN = ["\u200b", "\u00ad", "\ufe0f", "\ud800", "\x00", "\u0301", "\u202e"]
SPACES = [" ", "\n", "\x1f", "\u2028", "\u00a0", "\u3000"]


@given(st.lists(st.sampled_from(ODD.split() + UNSEEN + SPACES), max_size=12).map("".join))
@settings(max_examples=300)
def test_any_mixture_of_difficult_pieces_is_read(post: str) -> None:
    check(post, words(post))


KNOWN = """banjir Jalan TOLOOONG maaf tdk jl. jl2 kira2nya rt.05 no.2 rumah-rumah ma'arif 10000 @warga #banjir
    https://t.co/Ab ban\u200bjir gk gabisa rs é ½ x"""
BETWEEN = st.sampled_from([" ", "\n", ", ", "!!! ", " 😭 ", "😭", " / ", "… ", " (", ") ", "?! "])


@st.composite
def likely(draw: st.DrawFn) -> str:
    """A post as people type them."""
    return "".join(draw(st.lists(st.tuples(st.sampled_from(KNOWN.split()), BETWEEN).map("".join), max_size=12)))


@given(likely())
def test_reading_what_was_read_changes_nothing(post: str) -> None:
    once = words(post)
    assert words(once.text).text == once.text


@given(likely())
def test_a_unit_reads_the_same_alone(post: str) -> None:
    read = words(post)
    for (start, end), (raw_start, raw_end) in zip(read.spans, read.raw, strict=True):
        assert words(post[raw_start:raw_end]).text == read.text[start:end]


LETTERS = st.text(string.ascii_lowercase, min_size=2, max_size=9).filter(
    lambda word: all(a != b for a, b in pairwise(word))
)
SAME = {
    "capitals": str.upper,
    "stretched": lambda word: word[0] + word[1] * 4 + word[2:],
    "zero-width": lambda word: "\u200b".join(word),
    "soft hyphens": lambda word: "\u00ad" + "\u00ad".join(word),
    "emoji after": lambda word: word + "😭",
    "emoji before": lambda word: "🔥🔥" + word,
    "wide": lambda word: "".join(chr(ord(letter) + 0xFEE0) for letter in word),
}


@pytest.mark.parametrize("vary", SAME.values(), ids=SAME)
@given(st.lists(LETTERS, min_size=1, max_size=6))
@settings(max_examples=50)
def test_any_words_read_the_same_however_typed(vary: Callable[[str], str], typed: list[str]) -> None:
    assert words(" ".join(map(vary, typed))).text == words(" ".join(typed)).text


@given(st.text(string.ascii_letters + string.digits, min_size=1, max_size=30))
def test_the_short_way_of_plain_words_reads_as_the_long_way(word: str) -> None:
    # With an invisible character it is neither ASCII nor remembered as the same.
    hidden = f"{word}\u200b{word}"
    assert words(hidden).text == words(word + word).text
    assert words(f"\u200b{word}").text == words(word).text


@pytest.mark.parametrize("length", [1, 19, 20, 21, 500])
def test_remembered_pieces_read_as_others(length: int) -> None:
    piece = ("Ab!" * length)[:length]
    assert words(piece) == words(piece)
    assert words(f"x {piece}").text == f"x {words(piece).text}"


SLANG: dict[str, list[str]] = tomllib.loads(Path(module.__file__).with_name("slang.toml").read_text(encoding="utf-8"))
FORMS = [form for forms in SLANG.values() for form in forms]
NEVER_MET = {"u/", "tdk2", "karna2", "smp2", "jl2", "skrng2", "abis2", "sma2", "slalu2", "mang2"} | {
    "trusss", "kecelakaaan", "kebakarannn", "banjirrr",
}  # fmt: skip
"""Forms that reading never asks for: "/" is a sign, a 2 doubles the word, stretched letters are folded before."""


def test_no_short_form_stands_twice() -> None:
    assert [form for form, count in Counter(FORMS).items() if count > 1] == []


def test_no_short_form_is_a_standard_word_or_part_of_one() -> None:
    standard = {part for word in SLANG for part in [word, *word.replace("-", " ").split()]}
    assert standard & set(FORMS) == set()


@pytest.mark.parametrize("word", SLANG)
def test_a_standard_word_stays_and_its_short_forms_become_it(word: str) -> None:
    assert words(word).text == word
    for form in set(SLANG[word]) - NEVER_MET:
        assert words(form).text == word
        assert words(f"x {form.upper()}, x").text == f"x {word}, x"


@pytest.mark.parametrize("form", sorted(NEVER_MET))
def test_what_is_never_met_is_read_otherwise(form: str) -> None:
    assert form in slang()
    assert normalise(form) != form or words(form).text != slang()[form]
