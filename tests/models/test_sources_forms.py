"""Reviews and entities are read as their makers write them; a line that cannot teach is refused by its number."""

from pathlib import Path

import pytest

from models.errors import CorpusRefused
from models.sources import REVIEW, TONES, Example, Source, read


def test_reviews_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "javanese_train.csv"
    file.write_bytes(
        'id,text,label\r\n7,"enak, ""murah""\nlan cepet",positive\r\n8,biasa\u2028wae,neutral\r\n'.encode()
    )
    assert read(Source("nusax", (file,), "reviews", "CC", 0.5)) == [
        Example("javanese_train-7", 'enak, "murah"\nlan cepet', "nusax-7", "nusax", 0.5, 1.0, {REVIEW: "positive"}),
        Example("javanese_train-8", "biasa\u2028wae", "nusax-8", "nusax", 0.5, 1.0, {REVIEW: "neutral"}),
    ]


def test_one_review_in_two_languages_is_one_group(tmp_path: Path) -> None:
    files = []
    for language in ("javanese", "sundanese"):
        files.append(tmp_path / f"{language}.csv")
        files[-1].write_text(f"label,id,text\nnegative,7,{language}\n", encoding="utf-8")
    examples = read(Source("nusax", tuple(files), "reviews", "CC", 0.5))
    assert [example.id for example in examples] == ["javanese-7", "sundanese-7"]
    assert {example.group for example in examples} == {"nusax-7"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_reviews_of_lines(tmp_path: Path, end: str) -> None:
    file = tmp_path / "train.tsv"
    file.write_bytes(f'enak "sekali"\tpositive{end}a\tb\tnegative{end}'.encode())
    examples = read(Source("smsa", (file,), "reviews", "Apache-2.0", 0.5))
    assert [(example.id, example.text, example.labels[REVIEW]) for example in examples] == [
        ("train-0", 'enak "sekali"', "positive"),
        ("train-1", "a\tb", "negative"),
    ]
    assert {label for example in examples for label in example.labels.values()} <= set(TONES)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "r.tsv",
            b"baik\tpositive\nburuk\tbad\n",
            "r.tsv, line 2: needs an id, a text and a label, one of: negative",
        ),
        ("r.tsv", b"baik\tpositive\n\tneutral\n", "r.tsv, line 2: needs an id, a text and a label"),
        ("r.tsv", b"baik\tpositive\nburuk\n", "r.tsv, line 2: needs an id, a text and a label"),
        ("r.csv", b"id,text,label\n1,baik,bagus\n", "r.csv, line 2: needs an id, a text and a label"),
        ("r.csv", b"id,text,label\n1,baik\n", "r.csv, line 2: needs an id, a text and a label"),
        ("r.csv", b"id,text,label\n,baik,neutral\n", "r.csv, line 2: needs an id, a text and a label"),
        ("r.csv", b"id;text;label\n1;baik;neutral\n", "r.csv, line 2: needs an id, a text and a label"),
        ("r.tsv", b"baik\tpositive\nb\xffruk\tneutral\n", "r.tsv, line 2: is not UTF-8"),
        ("r.csv", b"id,text,label\n", "r.csv: holds nothing that source 's' could teach"),
        ("r.tsv", b"", "r.tsv: holds nothing that source 's' could teach"),
    ],
)
def test_a_bad_review_is_refused(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusRefused) as refused:
        read(Source("s", (tmp_path / name,), "reviews", "own", 1.0))
    assert problem in str(refused.value)


SENTENCES = """Kebakaran NOUN O
di ADP O
Jalan PROPN B-LOC
Mawar PROPN I-LOC
, PUNCT O
Kota PROPN B-GPE
Batu PROPN I-GPE

Budi\tB-PPL
di\tO
Medan\tI-PLC
Aceh\tB-FAC
dan\tO
Bali\tI-LOC


tanpa O
tempat O
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_entities(tmp_path: Path, end: str) -> None:
    file = tmp_path / "news.txt"
    file.write_bytes(SENTENCES.replace("\n", end).encode())
    examples = read(Source("ner", (file,), "entities", "MIT", 0.2))
    assert [
        (example.id, example.text, [example.text[start:end] for start, end in example.places or ()])
        for example in examples
    ] == [
        ("news-0", "Kebakaran di Jalan Mawar , Kota Batu", ["Jalan Mawar", "Kota Batu"]),
        (
            "news-1",
            "Budi di Medan Aceh dan Bali",
            ["Medan", "Aceh", "Bali"],
        ),  # a person is no place; an I- may begin one
        ("news-2", "tanpa tempat", []),
    ]
    assert examples[2].places == ()
    assert {(example.share, example.source, len(example.labels)) for example in examples} == {(0.2, "ner", 0)}
    assert [example.group for example in examples] == [example.id for example in examples]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"di O\n\nsatu O\ndua\n", "news.txt, line 4: needs a word and its tag"),
        (b"di O\n\xff O\n", "news.txt, line 2: is not UTF-8; save it as UTF-8"),
        (b"\n\n\n", "news.txt: holds nothing that source 'ner' could teach"),
    ],
)
def test_bad_entities_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "news.txt"
    file.write_bytes(content)
    with pytest.raises(CorpusRefused) as refused:
        read(Source("ner", (file,), "entities", "MIT", 0.2))
    assert problem in str(refused.value)


@pytest.mark.parametrize("form", ["posts", "reviews", "entities"])
def test_a_missing_file_names_its_source_and_what_to_do(tmp_path: Path, form: str) -> None:
    with pytest.raises(CorpusRefused) as refused:
        read(Source("lapor", (tmp_path / "lapor.jsonl",), form, "MIT", 1.0))
    assert str(refused.value).endswith(
        "lapor.jsonl: is missing, and source 'lapor' needs it; "
        "give the folder of the data with --data, or name a file that exists"
    )


def test_every_form_knows_how_often_a_refining_epoch_sees_it(tmp_path: Path) -> None:
    reviews, entities = tmp_path / "reviews.tsv", tmp_path / "entities.txt"
    reviews.write_text("enak sekali\tpositive\n", encoding="utf-8")
    entities.write_text("Surabaya B-PLC\n", encoding="utf-8")
    for file, form in ((reviews, "reviews"), (entities, "entities")):
        assert [one.each for one in read(Source("s", (file,), form, "CC", 1.0, each=0.25))] == [0.25]
