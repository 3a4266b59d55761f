import pytest

from models.predictions import HEADS
from models.taxonomy import load


@pytest.mark.parametrize(("head", "count"), [("intent", 7), ("topic", 29), ("urgency", 4), ("sentiment", 3)])
def test_number_of_labels(head: str, count: int) -> None:
    assert len(load().labels(head)) == count


def test_urgency_runs_from_calm_to_alarming() -> None:
    assert load().labels("urgency") == ("rendah", "sedang", "tinggi", "darurat")


@pytest.mark.parametrize(
    ("head", "label", "name"),
    [
        ("topic", "jalan", "Jalan"),
        ("topic", "banjir_drainase", "Banjir dan drainase"),
        ("intent", "permintaan_informasi", "Permintaan informasi"),
        ("urgency", "darurat", "Darurat"),
    ],
)
def test_names(head: str, label: str, name: str) -> None:
    assert load().name(head, label) == name


@pytest.mark.parametrize("head", HEADS)
def test_every_label_has_its_own_name_and_one_line_of_definition(head: str) -> None:
    taxonomy = load()
    names = [taxonomy.name(head, label) for label in taxonomy.labels(head)]
    assert len(set(names)) == len(names)
    for label in taxonomy.labels(head):
        definition = taxonomy.definition(head, label)
        assert definition.endswith(".")
        assert "\n" not in definition


@pytest.mark.parametrize(("head", "label"), [("topic", "tidak_ada"), ("mood", "jalan"), ("intent", "jalan")])
def test_unknown_labels_are_errors(head: str, label: str) -> None:
    with pytest.raises(KeyError):
        load().name(head, label)
