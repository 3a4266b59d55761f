"""The normaliser, as a table: what is written -> what every model sees."""

import time

import pytest

from models.text import HANDLE, MAX_CHARACTERS, URL, fingerprint, normalise

TABLE = [
    ("Jalan RUSAK", "jalan rusak"),
    ("  dua   spasi\n\tdan baris  ", "dua spasi dan baris"),
    ("tolooooong bangettt", "tolong banget"),
    ("maaf saat ini", "maaf saat ini"),  # two letters are spelling, three are shouting
    ("iuran 10000 di RT 111", "iuran 10000 di rt 111"),  # digits are never folded
    ("lihat https://t.co/AbC1?x=2 dan www.contoh.id/x", f"lihat {URL} dan {URL}"),
    ("foto pic.twitter.com/abc", f"foto {URL}"),
    ("@SapaWarga tolong @dishub_kota", f"{HANDLE} tolong {HANDLE}"),
    ("surel warga@contoh.id", "surel warga@contoh.id"),  # no handle inside an address
    ("RT @warga_1: banjir", "banjir"),
    ("RT @a: RT @b: banjir", "banjir"),
    ("RT 05 RW 02 banjir", "rt 05 rw 02 banjir"),  # a neighbourhood, not a retweet
    ("setuju RT @warga: banjir", f"setuju rt {HANDLE}: banjir"),
    ("ｂａｎｊｉｒ １２", "banjir 12"),
    ("ﬁlm", "film"),
    ("ban\u200bjir\u2060 se\u00adkali\ufeff", "banjir sekali"),
    ("banjir\x00 se\x07kali", "banjir sekali"),
    ("rusak \ud800 sekali\udfff", "rusak sekali"),
    ("\u202eterbalik\u202c", "terbalik"),
    ("🔥🔥 tolong 👨\u200d🚒", "🔥🔥 tolong 👨🚒"),
    ("", ""),
    ("\x00\u200b \n", ""),
]


@pytest.mark.parametrize(("written", "seen"), TABLE)
def test_normalise(written: str, seen: str) -> None:
    assert normalise(written) == seen


@pytest.mark.parametrize("written", [row[0] for row in TABLE if not row[0].startswith("setuju")])
def test_normalising_twice_changes_nothing(written: str) -> None:
    assert normalise(normalise(written)) == normalise(written)


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 10_000_000,
        "\ufdfa" * 100_000,
        "@" * 100_000,
        "rt @a " * 50_000,
        "ab " * 100_000,
        "\u0301" * 9999,
    ],
)
def test_hostile_length_is_capped_and_quick(hostile: str) -> None:
    started = time.process_time()
    assert len(normalise(hostile)) <= MAX_CHARACTERS
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "copy",
    [
        "Banjir di Jl. Mawar https://t.co/aaa",
        "RT @warga: Banjir di Jl. Mawar https://t.co/bbb",
        "BANJIR  di jl. mawar\nhttps://t.co/ccc",
        "Ban\u200bjir di Jl. Mawar https://t.co/ddd",
    ],
)
def test_copies_share_a_fingerprint(copy: str) -> None:
    assert fingerprint(normalise(copy)) == fingerprint(normalise("banjir di jl. mawar https://t.co/zzz"))


@pytest.mark.parametrize("other", ["Banjir di Jl. Melati https://t.co/aaa", "Banjir di Jl. Mawar 2", ""])
def test_other_posts_do_not(other: str) -> None:
    assert fingerprint(normalise(other)) != fingerprint(normalise("Banjir di Jl. Mawar"))


def test_fingerprint_is_short_hex_even_for_what_utf8_cannot_hold() -> None:
    assert len(fingerprint(normalise("\ud800"))) == 24
    assert int(fingerprint(normalise("\ud800")), 16) >= 0


def test_a_post_takes_under_40_microseconds() -> None:
    post = "@kota min tolooong jalan SMPN 5 berlubang, kemarin ada yang jatuh https://t.co/abcd 😭"
    best = float("inf")
    for _ in range(20):
        started = time.process_time()
        for _ in range(200):
            normalise(post)
        best = min(best, (time.process_time() - started) / 200)
    assert best < 40e-6
