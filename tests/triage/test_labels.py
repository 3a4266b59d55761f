"""The bridge from the desks to training: the newest human word, and the machine's where nobody spoke."""

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest

from tests.support.record import value
from tests.support.world import NOW, decide_all, post, take_in
from triage.labels import TaughtPost
from triage.store import labels
from triage.wiring import Services

MINUTE = timedelta(minutes=1)


def label(services: Services, number: int, at: datetime = NOW, **truth: str) -> None:
    """A person says what a post really says."""
    post_id = value(services, f"SELECT id FROM posts WHERE external_id = 'api-{number}'")
    case_id = value(services, "SELECT min(id) FROM cases")
    with services.database.write() as connection:
        for head, said in truth.items():
            labels.append(
                connection,
                post_id=post_id,
                case_id=case_id,
                head=head,
                value=said,
                was="",
                model="",
                by="sari",
                at=at,
            )


def exported(services: Services) -> list[TaughtPost]:
    return list(services.labels.export())


@pytest.fixture
def city(stored: Services) -> Services:
    """Three posts, read and decided."""
    take_in(stored, "lampu jalan mati di Gubeng, telepon 0812-3456-7890", "sampah menumpuk", "jalan rusak")
    assert decide_all(stored) == 3
    return stored


def test_the_human_word_and_for_the_other_heads_the_machine_s(city: Services) -> None:
    label(city, 1, urgency="tinggi")
    (taught,) = exported(city)
    assert {head: asdict(taught)[head] for head in ("intent", "topic", "urgency", "sentiment", "human")} == {
        "intent": "pengaduan", "topic": "penerangan_jalan", "urgency": "tinggi", "sentiment": "netral",
        "human": ("urgency",),
    }  # fmt: skip
    assert taught.text.startswith("lampu jalan mati di Gubeng")
    assert "3456" not in taught.text
    assert taught.incident.startswith("case-")


def test_the_newest_human_word_counts(city: Services) -> None:
    label(city, 2, topic="jalan", urgency="darurat")
    label(city, 2, topic="sampah", sentiment="negatif")
    label(city, 3, urgency="rendah")
    by_text = {taught.text: taught for taught in exported(city)}
    assert city.labels.count() == len(by_text) == 2
    twice = by_text["sampah menumpuk"]
    assert (twice.topic, twice.urgency, twice.human) == ("sampah", "darurat", ("topic", "urgency", "sentiment"))


def test_deleted_posts_teach_nothing(city: Services) -> None:
    label(city, 1, urgency="tinggi")
    city.intake.delete("api", ["api-1"], NOW)
    assert (exported(city), city.labels.count()) == ([], 0)


def test_a_label_of_an_older_text_teaches_nothing_about_the_new_one(city: Services) -> None:
    label(city, 1, urgency="tinggi")
    city.intake.accept([post("lampu sudah menyala, terima kasih", 1)], NOW + MINUTE)
    decide_all(city)
    assert (exported(city), city.labels.count()) == ([], 0)
    label(city, 1, NOW + 2 * MINUTE, sentiment="positif")
    (taught,) = exported(city)
    assert (taught.text, taught.urgency) == ("lampu sudah menyala, terima kasih", "rendah")
    assert taught.human == ("sentiment",)


def test_a_post_that_the_machine_never_read_needs_a_human_word_for_every_head(city: Services) -> None:
    with city.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM predictions")
    label(city, 1, topic="jalan")
    assert (exported(city), city.labels.count()) == ([], 1)
    label(city, 1, intent="pengaduan", urgency="sedang", sentiment="netral")
    assert len(exported(city)) == 1
