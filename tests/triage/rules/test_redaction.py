"""What leaves a text before anyone reads it, and what stays. All numbers are made up."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.rules.redaction import Redacted, clean, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # NIK and KK
        ("NIK 3578010101900001 a.n. Budi", "NIK [NIK] a.n. Budi"),
        ("KK 3578.0101.0190.0001", "KK [NIK]"),
        ("3578 0101 0190 0001", "[NIK]"),
        ("357801-010190-0001", "[NIK]"),
        ("nik saya 357801010190001", "nik saya [NIK]"),  # one digit lost in typing
        # telephone
        ("hubungi 081200000001 ya", "hubungi [TELEPON] ya"),
        ("wa 0812-0000-0001", "wa [TELEPON]"),
        ("wa +62 812 0000 0001", "wa [TELEPON]"),
        ("6281200000001", "[TELEPON]"),
        ("(+62)812.0000.0001", "[TELEPON]"),
        ("o81200000o01", "[TELEPON]"),
        ("kantor (031) 5550000", "kantor [TELEPON]"),
        ("kantor 031-5550000.", "kantor [TELEPON]."),
        ("+62 31 5550000", "[TELEPON]"),
        ("081200000001/081200000002", "[TELEPON]/[TELEPON]"),
        # e-mail
        ("kirim ke nama.saya+1@contoh.co.id.", "kirim ke [EMAIL]."),
        # plates
        ("mobil L 1234 AB parkir", "mobil [PLAT] parkir"),
        ("L1234AB", "[PLAT]"),
        ("motor l 1234 ab ngebut", "motor [PLAT] ngebut"),
        ("truk DK 123 C", "truk [PLAT]"),
        ("nopol l 12 a", "[PLAT]"),
        # accounts
        ("rek BCA 1234567890 a.n. Budi", "rek BCA [REKENING] a.n. Budi"),
        ("no rekening: 123-456-7890", "no rekening: [REKENING]"),
        ("bayar VA 8808012345678901", "bayar VA [REKENING]"),
    ],
)
def test_leaves(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "RT 4 RW 2",
        "RT 004 RW 002 no 12",
        "KM 12 A",
        "L 2 B",
        "blok B 100 C",
        "telp 112, 110, 113, 118, 119 atau 1500117",
        "Rp 1.500.000 dan Rp. 15.000.000.000",
        "tanggal 07-06-2022 jam 08.30",
        "nomor kitir 02022022/4181274",
        "sejak 2019 2020 2021 2022 banjir",
        "aduan #18347/MC/III/2022",
        "-7.25750, 112.752100",
        "harga 15000 rb",
        "s 1500 rb",
        "di 2022 ini",
        "rekening listrik naik 50 persen",
        "@pemkot tolong",
        "",
    ],
)
def test_stays(text: str) -> None:
    assert redact(text) == Redacted(text, ())


def test_says_what_it_found() -> None:
    assert redact("081200000001, 081200000002, a@b.id").found == ("EMAIL", "TELEPON")


@given(st.text(st.sampled_from("0812 -.+6L@ab\n")))
def test_a_second_pass_finds_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@pytest.mark.parametrize("piece", ["0", "0812", "1 ", "rek ", "a.b-", "x@", "L ", "62 ", "+62-8", "(031) "])
def test_hostile_texts_stay_cheap(piece: str) -> None:
    started = time.perf_counter()
    redact((piece * 8_000)[:8_000])
    assert time.perf_counter() - started < 0.25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("biasa saja", "biasa saja"),
        ("dua\nbaris\tdan tab", "dua\nbaris\tdan tab"),
        ("dua\r\nbaris\rtiga", "dua\nbaris\ntiga"),
        ("nol\x00\x07\x1b\x7f\x85", "nol"),
        ("separuh \ud83d emoji", "separuh \ufffd emoji"),
        ("emoji utuh \U0001f64f\u200d", "emoji utuh \U0001f64f\u200d"),
        ("balik\u202egnuj", "balikgnuj"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(st.characters()))
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned
    cleaned.encode()
