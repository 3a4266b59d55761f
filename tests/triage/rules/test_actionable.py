"""Which posts become cases."""

import pytest

from models.predictions import Prediction
from triage.rules.actionable import decide


def prediction(intent: str, urgency: str, doubts: tuple[str, ...] = (), asking: float = 0.0) -> Prediction:
    return Prediction(
        "test", intent, "jalan", urgency, "netral", {"intent": {intent: 1 - asking, "pengaduan": asking}}, doubts
    )


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
        ("lainnya", "rendah", ("intent",), 40, ("case", "doubtful")),
        ("respons_instansi", "tinggi", ("intent",), 60, ("case", "doubtful")),
        ("lainnya", "rendah", ("intent",), 39, ("no_action", "nothing_asked")),
        ("lainnya", "rendah", ("topic",), 90, ("no_action", "nothing_asked")),
    ],
)
def test_outcome(intent: str, urgency: str, doubts: tuple[str, ...], lexical: int, expected: tuple[str, str]) -> None:
    assert decide(prediction(intent, urgency, doubts), urgency, lexical) == expected


@pytest.mark.parametrize(
    ("doubts", "asking", "expected"),
    [
        (("intent",), 0.35, ("case", "doubtful")),  # it may well be asking: a person decides
        (("intent",), 0.34, ("no_action", "nothing_asked")),
        ((), 0.35, ("no_action", "nothing_asked")),  # the model is sure that it is not
    ],
)
def test_a_doubted_intent_goes_to_a_person(doubts: tuple[str, ...], asking: float, expected: tuple[str, str]) -> None:
    assert decide(prediction("lainnya", "rendah", doubts, asking), "rendah", 0) == expected
