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
        # what stands between the digits is any space, dash or mark that cannot be seen
        ("wa 0812\u20110000\u20110001", "wa [TELEPON]"),  # non-breaking hyphen
        ("wa 0812\u20130000\u20130001", "wa [TELEPON]"),  # en dash
        ("wa 0812\u00a00000\u00a00001", "wa [TELEPON]"),  # non-breaking space
        ("wa 0812\u200b0000\u200b0001", "wa [TELEPON]"),  # zero-width space
        ("wa 0812-\u200b0000\ufeff\u20090001", "wa [TELEPON]"),  # several at once
        ("wa 0812/0000/0001", "wa [TELEPON]"),
        ("+62\u202f812\u20120000\u20120001", "[TELEPON]"),
        ("+62\u00a031\u00a05550000", "[TELEPON]"),
        ("kantor 031\u20135550000", "kantor [TELEPON]"),
        ("kantor 031/5550000", "kantor [TELEPON]"),
        ("".join(f"{digit}\ufe0f\u20e3" for digit in "081200000001"), "[TELEPON]"),  # digits in boxes
        ("NIK 3578\u20110101\u20110190\u20110001", "NIK [NIK]"),
        ("NIK 3578\u20130101\u20130190\u20130001", "NIK [NIK]"),
        ("NIK 3578\u00a00101\u00a00190\u00a00001", "NIK [NIK]"),
        ("NIK 3578\u200b0101\u200b0190\u200b0001", "NIK [NIK]"),
        ("NIK 3578/0101/0190/0001", "NIK [NIK]"),
        ("NIK/KK 3578010101900001/3578 0101 0190 0002", "NIK/KK [NIK]/[NIK]"),
        ("07/06/2022 081200000001", "07/06/2022 [TELEPON]"),
        ("rek BCA 123\u2011456\u20117890", "rek BCA [REKENING]"),
        ("mobil L\u00a01234\u00a0AB parkir", "mobil [PLAT] parkir"),
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
        "07/06/2022 08.30",
        "07/06/2022 08/06/2022 09.30",
        "tutup 07/06/2022-08/06/2022 08.30",
        "2022-06-07 2022-06-08 rapat",
        "sejak 2019/2020/2021/2022",
        "SK 188.45/23/436.1.2/2022",
        "rekening listrik bulan 07/06/2022",
        "RT 04/02, blok 3/12",
        "1\ufe0f\u20e3 lampu 2\ufe0f\u20e3 jalan",
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


@given(st.text(st.sampled_from("0812 -.+6L@ab\n/\u200b\u2011\u00a0")))
def test_a_second_pass_finds_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@pytest.mark.parametrize(
    "piece",
    [
        "0",
        "0812",
        "1 ",
        "rek ",
        "a.b-",
        "x@",
        "L ",
        "62 ",
        "+62-8",
        "(031) ",
        "0\u200b",
        "1/",
        "1x\u200b",
    ],
)
def test_hostile_texts_stay_cheap(piece: str) -> None:
    started = time.perf_counter()
    redact((piece * 8_000)[:8_000])
    assert time.perf_counter() - started < 0.25


def test_a_long_run_of_unseen_marks_is_read_once() -> None:
    started = time.perf_counter()
    redact("1 x" + "\u200b" * 30_000 + "x")
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
