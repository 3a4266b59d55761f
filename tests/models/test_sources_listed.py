"""The list of sources: which files they have, which are left out, and that the list that ships is sound."""

from pathlib import Path

import pytest

from models.errors import CorpusRefused
from models.jsonl import rows
from models.predictions import HEADS
from models.sources import DATA, HERE, LISTED, UNSTATED, Source, listed, read
from models.taxonomy import load as load_taxonomy

LISTING = f"""
[[source]]
name = "own"
texts = ["corpus/written.jsonl"]
form = "posts"
licence = "the project's own"
share = 0.6
refine = true

[[source]]
name = "apart"
texts = ["corpus/written.jsonl"]
labels = ["data:labels.jsonl"]
form = "posts"
licence = "MIT"
share = 1.0

[[source]]
name = "public"
texts = ["data:public/a.jsonl", "data:public/b.jsonl"]
ids = ["a-", "b-"]
form = "posts"
licence = "{UNSTATED}"
share = 1.0
each = 0.5
held_out = true
"""


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(LISTING, encoding="utf-8")
    return file


def test_listed_sources_know_their_files(listing: Path) -> None:
    data = Path("data")
    own = HERE / "corpus/written.jsonl"
    assert listed(data, listing=listing) == [
        Source("own", (own,), "posts", "the project's own", 0.6, refine=True),
        Source("apart", (own,), "posts", "MIT", 1.0, labels=(data / "labels.jsonl",)),
        Source(
            "public",
            (data / "public/a.jsonl", data / "public/b.jsonl"),
            "posts",
            UNSTATED,
            1.0,
            ids=("a-", "b-"),
            each=0.5,
            held_out=True,
        ),
    ]


@pytest.mark.parametrize(
    ("data", "licensed_only", "names"),
    [
        (Path("data"), False, ["own", "apart", "public"]),
        (Path("data"), True, ["own", "apart"]),
        (None, False, ["own"]),  # labels in the data folder are out of reach too
        (None, True, ["own"]),
    ],
)
def test_sources_that_are_left_out(listing: Path, data: Path | None, licensed_only: bool, names: list[str]) -> None:
    assert [source.name for source in listed(data, licensed_only=licensed_only, listing=listing)] == names


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('form = "posts"', 'form = "letters"'),
        ('form = "posts"', ""),
        ("share = 0.6", ""),
        ("share = 0.6", "share = 0.6\nsplit = 3"),
        ('name = "own"', ""),
        ('licence = "the project\'s own"', ""),
    ],
)
def test_an_entry_that_is_not_as_it_should_be_is_refused(listing: Path, line: str, instead: str) -> None:
    assert line in LISTING
    listing.write_text(LISTING.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(
        CorpusRefused, match=r"sources\.toml: source '(own|\?)' needs form, licence, name, share, texts"
    ):
        listed(None, listing=listing)


def test_the_list_that_ships() -> None:
    here, everywhere = listed(None), listed(Path("data"))
    assert [source.name for source in here] == ["written"]
    assert len({source.name for source in everywhere}) == len(everywhere) > len(here)
    for source in everywhere:
        assert source.texts
        assert 0 < source.share <= 1
        assert source.licence
        # Files in this repository are there; the others are in the data folder.
        for file in (*source.texts, *source.labels):
            assert file.is_file() or file.parts[0] == "data", file
    assert any(source.held_out for source in everywhere)
    licensed = listed(Path("data"), licensed_only=True)
    assert UNSTATED not in {source.licence for source in licensed}
    assert UNSTATED in LISTED.read_text(encoding="utf-8")
    assert not any(str(file).startswith(DATA) for source in everywhere for file in (*source.texts, *source.labels))


def test_the_corpus_that_ships_teaches_every_label_and_places() -> None:
    (source,) = listed(None)
    examples = read(source)
    assert len(examples) >= 7_000
    for head in HEADS:
        assert {example.labels[head] for example in examples} == set(load_taxonomy().labels(head))
    assert all(example.places is not None for example in examples)
    assert sum(bool(example.places) for example in examples) > 5_000


def test_every_label_of_the_repository_belongs_to_a_listed_source() -> None:
    labels = HERE / "corpus/public_labels.jsonl"
    prefixes = [source.ids for source in listed(Path("data")) if labels in source.labels]
    assert all(prefixes), "or a source would claim the posts of others"
    begins = tuple(prefix for ids in prefixes for prefix in ids)
    assert all(row.values["id"].startswith(begins) for row in rows(labels))
