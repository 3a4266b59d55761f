import pytest

from models.features import features, grams, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("banjir", ["banjir"]),
        ("jalan rusak, parah", ["jalan", "rusak", "parah", "jalan rusak", "rusak parah"]),
        ("jam 16.05", ["jam", "00", "00", "jam 00", "00 00"]),  # which number it is says nothing
        ("kapan?", ["kapan", "?", "kapan ?"]),
        ("tolong!!", ["tolong"]),  # shouting is no danger
    ],
)
def test_terms(text: str, found: list[str]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ya", ["#ya", "ya#", "#ya#"]),
        ("air", ["#ai", "air", "ir#", "#air", "air#", "#air#"]),
        ("?", ["#?#"]),
        ("", []),
    ],
)
def test_grams_stay_inside_words(text: str, found: list[str]) -> None:
    assert grams(text) == found


def test_features_are_terms_then_grams() -> None:
    assert features("air mati") == terms("air mati") + grams("air mati")


def test_a_misspelt_word_shares_most_grams() -> None:
    right, wrong = set(grams("kebakaran")), set(grams("kebakran"))
    assert len(right & wrong) >= 8


def test_one_endless_word_stays_cheap() -> None:
    assert len(features("x" * 4_000)) < 200
