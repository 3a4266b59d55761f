"""What model and words say together of plain posts, as the alarm stage hears it: the shipped reader, no fakes."""

import pytest

from models.predictions import Reader
from models.serve import load_reader
from models.text import normalise
from tests.support.plain_words import CALM, EMERGENCIES
from triage.rules.alarms import lexical_score, urgency_of


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def heard(reader: Reader, text: str) -> str:
    return urgency_of(reader.read([text])[0], lexical_score(normalise(text)))


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_plain_emergency_wakes_people(reader: Reader, text: str) -> None:
    assert heard(reader, text) == "darurat"


@pytest.mark.parametrize("text", CALM)
def test_a_calm_post_wakes_nobody(reader: Reader, text: str) -> None:
    assert heard(reader, text) in {"rendah", "sedang"}
