"""How alarming words are, and when an alarm goes out."""

import pytest

from models.predictions import Prediction
from triage.rules.alarms import lexical_score, urgency_of, why_alarm


@pytest.mark.parametrize(
    "text",
    [
        "tolong ada kebakaran di pasar",
        "rek kobongan rek ndek mburi omahku",
        "aya nu kahuruan di gang sebelah",
        "anak kecil tenggelam di kali",
        "wong kelelep nang kali mas",
        "aya budak titeuleum di walungan",
        "ada kecelakaan motor vs truk, korban di tengah jalan",
        "tabrakan beruntun di depan terminal",
        "tanah longsor menutup rumah warga",
        "barusan gempa kerasa banget",
        "dibegal barusan di jembatan",
        "lagi tawuran bawa celurit",
        "orang pingsan belum ada ambulans",
        "banjir bandang masuk kampung",
        "lansia terjebak di lantai dua",
        "warga kesetrum kabel pju",
        "bau gas bocor dari warung",
        "anak hilang sejak sore",
    ],
)
def test_alarming(text: str) -> None:
    assert lexical_score(text) >= 40


@pytest.mark.parametrize(
    "text",
    [
        "jalan berlubang di depan sekolah",
        "kapan sampah diangkut",
        "pejabatnya kebakaran jenggot",
        "minggu ini banjir diskon di mall",
        "simulasi kebakaran di kantor kecamatan",
        "latihan evakuasi gempa siswa sd",
        "kebakaran pasar tahun lalu",
        "nonton film gempa bumi",
        "lagu baru judulnya tenggelam",
        "terbakarlah semangatmu",
        "",
    ],
)
def test_calm(text: str) -> None:
    assert lexical_score(text) < 40


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("kebakaran", 60),
        ("kebakaran kebakaran kebakaran", 60),  # a shout counts once
        ("kebakaran, kobongan", 60),  # and so does a synonym
        ("kebakaran, ada yang pingsan", 100),  # 60 + 50, capped
        ("banjir selutut", 20),
        ("kebakaran jenggot", 0),  # never below 0
    ],
)
def test_score(text: str, score: int) -> None:
    assert lexical_score(text) == score


@pytest.mark.parametrize(
    ("urgency", "lexical", "unread", "intent", "posts", "why"),
    [
        ("darurat", 0, False, "pengaduan", 1, "darurat"),
        ("darurat", 0, False, "berita", 1, "darurat"),
        ("darurat", 100, True, "respons_instansi", 9, ""),
        ("tinggi", 100, False, "pengaduan", 4, ""),
        ("tinggi", 0, False, "pengaduan", 5, "kasus membesar"),
        ("tinggi", 0, False, "respons_instansi", 5, ""),
        ("sedang", 100, False, "pengaduan", 50, ""),
        ("", 40, True, "", 1, "belum terbaca mesin"),
        ("", 39, True, "", 1, ""),
        ("rendah", 100, False, "lainnya", 1, ""),
    ],
)
def test_why_alarm(urgency: str, lexical: int, unread: bool, intent: str, posts: int, why: str) -> None:
    assert why_alarm(urgency, lexical, unread, intent, posts) == why


def said(urgency: str, darurat: float) -> Prediction:
    """A prediction with this label and this probability of darurat."""
    return Prediction("test", "pengaduan", "jalan", urgency, "netral", {"urgency": {"darurat": darurat}}, ())


@pytest.mark.parametrize(
    ("label", "darurat", "lexical", "expected"),
    [
        ("darurat", 0.3, 0, "darurat"),  # a sure model suffices
        ("darurat", 0.29, 0, "tinggi"),  # an unsure one does not
        ("darurat", 0.2, 60, "darurat"),  # unless loud words confirm it
        ("tinggi", 0.05, 60, "darurat"),  # a suspicion, confirmed by loud words
        ("sedang", 0.05, 60, "darurat"),
        ("tinggi", 0.05, 59, "tinggi"),  # not loud enough
        ("tinggi", 0.04, 100, "tinggi"),  # the model sees nothing: words alone prove nothing
        ("rendah", 0.0, 100, "rendah"),
    ],
)
def test_urgency_needs_the_model_or_two_witnesses(label: str, darurat: float, lexical: int, expected: str) -> None:
    assert urgency_of(said(label, darurat), lexical) == expected


@pytest.mark.parametrize(("lexical", "expected"), [(0, "sedang"), (39, "sedang"), (40, "tinggi"), (100, "tinggi")])
def test_an_unread_post_is_as_urgent_as_its_words(lexical: int, expected: str) -> None:
    assert urgency_of(None, lexical) == expected
