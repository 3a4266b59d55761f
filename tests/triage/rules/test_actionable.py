"""Which posts become cases."""

import pytest

from models.predictions import Prediction
from triage.rules.actionable import decide


def prediction(intent: str, urgency: str, doubts: tuple[str, ...] = ()) -> Prediction:
    return Prediction("test", intent, "jalan", urgency, "netral", {}, doubts)


@pytest.mark.parametrize(
    ("intent", "urgency", "doubts", "lexical", "expected"),
    [
        ("pengaduan", "sedang", (), 0, ("case", "citizen_asks")),
        ("permintaan_informasi", "rendah", (), 0, ("case", "citizen_asks")),
        ("aspirasi", "rendah", (), 0, ("case", "citizen_asks")),
        ("berita", "darurat", (), 0, ("case", "urgent")),
        ("berita", "tinggi", (), 0, ("case", "urgent")),
        ("lainnya", "darurat", (), 0, ("case", "urgent")),
        ("apresiasi", "tinggi", (), 0, ("case", "urgent")),
        ("berita", "rendah", (), 100, ("no_action", "nothing_asked")),
        ("berita", "sedang", (), 0, ("no_action", "nothing_asked")),
        ("apresiasi", "rendah", (), 0, ("no_action", "nothing_asked")),
        ("lainnya", "rendah", (), 0, ("no_action", "nothing_asked")),
        ("respons_instansi", "rendah", (), 100, ("no_action", "nothing_asked")),
        ("respons_instansi", "darurat", (), 100, ("no_action", "nothing_asked")),
        ("lainnya", "rendah", ("intent",), 40, ("case", "doubtful_alarming")),
        ("respons_instansi", "tinggi", ("intent",), 60, ("case", "doubtful_alarming")),
        ("lainnya", "rendah", ("intent",), 39, ("no_action", "nothing_asked")),
        ("lainnya", "rendah", ("topic",), 90, ("no_action", "nothing_asked")),
    ],
)
def test_outcome(intent: str, urgency: str, doubts: tuple[str, ...], lexical: int, expected: tuple[str, str]) -> None:
    assert decide(prediction(intent, urgency, doubts), urgency, lexical) == expected
