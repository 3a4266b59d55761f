"""Perturbations leave the meaning alone and are the same every time; behaviour is judged by kind."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import orjson
import pytest

from models import robustness
from models.errors import CorpusRefused
from models.predictions import Prediction
from models.robustness import EMERGENCY, HARD_NEGATIVE, PERTURBATIONS, SPOKEN, Case, perturbed
from models.text import normalise
from models.words import slang as short_forms
from tests.support.reader import WordReader

POST = "@pemkot Lampu jalan di depan rumah saya mati, tolong segera diperbaiki RT 05/RW 02 https://t.co/Ab1Cd2"
SEEDS = range(12)


def written_otherwise(kind: str) -> list[str]:
    return [perturbed(POST, kind, seed) for seed in SEEDS]


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_every_kind_changes_a_post_and_the_same_way_every_time(kind: str) -> None:
    assert all(text != POST for text in written_otherwise(kind))
    assert written_otherwise(kind) == written_otherwise(kind)


@pytest.mark.parametrize("kind", ["typos", "slang", "mixed case", "emoji", "hidden characters", "stretched letters"])
def test_another_seed_gives_another_text(kind: str) -> None:
    assert len(set(written_otherwise(kind))) > 3


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_links_and_numbers_stay_whole(kind: str) -> None:
    for text in written_otherwise(kind):
        assert "https://t.co/Ab1Cd2" in text
        assert "05/" in text
        assert re.search("@pemkot", text, re.IGNORECASE)


@pytest.mark.parametrize("kind", PERTURBATIONS)
@pytest.mark.parametrize("text", ["", " ", "a", "12 34", "@akun", "😭", "https://x.id", "ok\n\nya"])
def test_texts_with_nothing_to_change_survive(kind: str, text: str) -> None:
    assert isinstance(perturbed(text, kind), str)


@pytest.mark.parametrize("kind", ["upper case", "lower case", "mixed case"])
def test_case_is_all_that_changes(kind: str) -> None:
    assert all(text.casefold() == POST.casefold() for text in written_otherwise(kind))


def test_typos_touch_at_most_three_words() -> None:
    for text in written_otherwise("typos"):
        changed = sum(a != b for a, b in zip(POST.split(), text.split(), strict=True))
        assert 1 <= changed <= 3


@pytest.mark.parametrize("kind", ["hidden characters", "stretched letters"])
def test_what_the_normaliser_undoes_reads_the_same(kind: str) -> None:
    assert {normalise(text) for text in written_otherwise(kind)} == {normalise(POST)}


def test_emoji_and_addresses_only_add() -> None:
    for text in written_otherwise("emoji"):
        assert [word for word in text.split() if not word.startswith(robustness.EMOJI)] == POST.split()
    assert all(POST in text for text in written_otherwise("handles and links"))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Bapak tidak bisa datang", r"(bpk|bpak) (nggak|kagak|ndak|g) (bs|bsa) (dtg|dateng)"),
        ("tidakkah", "tidakkah"),  # not a whole word
        ("@tidak www.tidak.id", r"@tidak www\.tidak\.id"),
        ("lama-lama", "lma-lma"),
    ],
)
def test_slang_speaks_whole_words(text: str, spoken: str) -> None:
    assert re.fullmatch(spoken, robustness.slang(text, Random(1)))


def test_the_spoken_words_are_our_own() -> None:
    forms = [form for spoken in SPOKEN.values() for form in spoken]
    assert len(SPOKEN) >= 60
    assert all(word not in spoken for word, spoken in SPOKEN.items())
    unknown = [form for form in forms if form not in short_forms()]
    assert len(unknown) >= len(forms) / 4, "they must not be the table the reader is taught by"


class Shy:
    """Says darurat of what it reads in small letters only."""

    version = "shy-1"

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        calm, alarmed = WordReader().read(["jalan", "kebakaran"])
        return [alarmed if text.islower() else calm for text in texts]


def test_flips_are_the_share_of_post_and_head_that_change() -> None:
    shares = robustness.flips(Shy(), ["ada api di atap", "ADA API DI DAPUR"])
    # From darurat to calm, topic and urgency change, intent and sentiment do not.
    assert shares["upper case"] == 0.5  # of the one post that was not upper case
    assert shares["lower case"] == 0.5
    assert shares["emoji"] == 0.0


def test_a_kind_that_changes_no_post_has_no_share() -> None:
    shares = robustness.flips(WordReader(), ["12 34"])
    assert "typos" not in shares
    assert shares["handles and links"] == 0.0


@pytest.mark.parametrize(
    ("kind", "urgency", "said", "passed"),
    [
        (EMERGENCY, "darurat", "darurat", True),
        (EMERGENCY, "darurat", "tinggi", True),
        (EMERGENCY, "darurat", "sedang", False),
        (EMERGENCY, "tinggi", "rendah", False),
        (HARD_NEGATIVE, "rendah", "sedang", True),
        (HARD_NEGATIVE, "rendah", "tinggi", False),
        (HARD_NEGATIVE, "sedang", "darurat", False),
        (HARD_NEGATIVE, "tinggi", "tinggi", True),  # hard, but not false
    ],
)
def test_a_case_passes_when_somebody_is_woken_for_an_emergency_only(
    kind: str, urgency: str, said: str, passed: bool
) -> None:
    assert Case("1", "teks", kind, urgency).passed(said) is passed


def test_behaviour_names_what_failed() -> None:
    cases = [
        Case("b1", "ada kebakaran", EMERGENCY, "darurat"),
        Case("b2", "bapak itu tak bernapas", EMERGENCY, "darurat"),
        Case("b3", "kebakaran jenggot, wkwk", HARD_NEGATIVE, "rendah"),
    ]
    assert robustness.behaviour(WordReader(), cases) == {
        EMERGENCY: {"posts": 2, "passed": 0.5, "exact": 0.5, "failed": [{"id": "b2", "said": "sedang"}]},
        HARD_NEGATIVE: {"posts": 1, "passed": 1.0, "exact": 1.0, "failed": []},
    }
    assert set(robustness.behaviour(WordReader(), cases[2:])) == {HARD_NEGATIVE}


GOOD = {"id": "b1", "text": "ada kebakaran", "kind": EMERGENCY, "urgency": "darurat", "lang": "id"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "is not JSON"),
        (b"[]", "is not an object"),
        (orjson.dumps(GOOD | {"text": " "}), "needs id, text, kind and urgency"),
        (orjson.dumps(GOOD | {"kind": "hard"}), "kind: unknown value 'hard'"),
        (orjson.dumps(GOOD | {"urgency": "gawat"}), "urgency: unknown value 'gawat'"),
    ],
)
def test_a_bad_case_is_named_by_its_line(tmp_path: Path, line: bytes, problem: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(orjson.dumps(GOOD) + b"\n\n" + line)
    with pytest.raises(CorpusRefused, match=f"cases.jsonl, line 3: {re.escape(problem)}"):
        robustness.read_cases(file)


@pytest.mark.parametrize(("content", "problem"), [(None, "is missing"), (b"\n", "holds no case")])
def test_a_file_without_cases_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "cases.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CorpusRefused, match=problem):
        robustness.read_cases(file)


def test_cases_are_read(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(orjson.dumps(GOOD))
    assert robustness.read_cases(file) == [Case("b1", "ada kebakaran", EMERGENCY, "darurat")]
