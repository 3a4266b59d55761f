"""Posts and their labels, in one file or two, are read or refused by line; what must stay unseen does."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from models.errors import CorpusRefused
from models.sources import Example, Source, located, read

LABELS = {"intent": "pengaduan", "topic": "jalan", "urgency": "sedang", "sentiment": "netral"}
TEXT = "Jalan rusak di Jl. Mawar\ndan Jl. Melati"


def lines(file: Path, *rows: Mapping[str, Any] | str) -> Path:
    file.write_bytes(b"\n".join(row.encode() if isinstance(row, str) else orjson.dumps(row) for row in rows))
    return file


def posts(tmp_path: Path, *rows: Mapping[str, Any] | str) -> Source:
    return Source("city", (lines(tmp_path / "posts.jsonl", *rows),), "posts", "own", 0.5)


def labelled(tmp_path: Path, texts: list[Mapping[str, Any] | str], labels: list[Mapping[str, Any] | str]) -> Source:
    files = lines(tmp_path / "texts.jsonl", *texts), lines(tmp_path / "labels.jsonl", *labels)
    return Source("city", files[:1], "posts", "own", 0.5, labels=files[1:])


def told(examples: list[Example]) -> list[str]:
    return [example.id for example in examples]


def test_posts_with_their_labels(tmp_path: Path) -> None:
    row = {"id": "a", "text": TEXT, **LABELS, "style": "tweet", "incident": "banjir-1"}
    assert read(posts(tmp_path, row)) == [Example("a", TEXT, "banjir-1", "city", 0.5, labels=LABELS)]


def test_labels_in_a_file_of_their_own_are_joined_by_id(tmp_path: Path) -> None:
    source = labelled(
        tmp_path,
        [{"id": "a", "text": TEXT, "group": "g", "topic": "Jalan dan Jembatan"}, {"id": "b", "text": "tanpa label"}],
        ["", {"id": "a", "urgency": "tinggi", "places": [[15, 24], [29, 39]]}, ""],
    )
    # What the texts say of themselves is no label, and a text without label teaches nothing.
    assert read(source) == [
        Example("a", TEXT, "g", "city", 0.5, labels={"urgency": "tinggi"}, places=((15, 24), (29, 39)))
    ]
    assert [TEXT[start:end] for start, end in ((15, 24), (29, 39))] == ["Jl. Mawar", "Jl. Melati"]


def test_several_files_of_texts_and_labels_are_one_source(tmp_path: Path) -> None:
    source = Source(
        "city",
        (
            lines(tmp_path / "1.jsonl", {"id": "a", "text": "x"}),
            lines(tmp_path / "2.jsonl", {"id": "b", "text": "y"}),
        ),
        "posts",
        "own",
        1.0,
        labels=(lines(tmp_path / "3.jsonl", {"id": "b"}), lines(tmp_path / "4.jsonl", {"id": "a"})),
    )
    assert [(example.id, example.text) for example in read(source)] == [("b", "y"), ("a", "x")]


@pytest.mark.parametrize(
    ("keys", "group"),
    [({}, "a"), ({"incident": ""}, "a"), ({"incident": "i"}, "i"), ({"group": "g", "incident": "i"}, "g")],
)
def test_the_group_of_a_post(tmp_path: Path, keys: dict[str, str], group: str) -> None:
    assert read(posts(tmp_path, {"id": "a", "text": TEXT, **keys}))[0].group == group


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ({}, None),
        ({"location": None}, None),
        ({"location": ""}, ()),
        ({"location": "Jl. Mawar"}, ((15, 24),)),
        ({"location": "Jl. Melati ; Jl. Mawar"}, ((15, 24), (29, 39))),
        ({"places": []}, ()),
        ({"places": [[0, 39]]}, ((0, 39),)),
        ({"places": [[0, 5]], "location": "nowhere"}, ((0, 5),)),  # offsets are surer than texts
    ],
)
def test_the_places_of_a_post(
    tmp_path: Path, keys: dict[str, Any], places: tuple[tuple[int, int], ...] | None
) -> None:
    assert read(posts(tmp_path, {"id": "a", "text": TEXT, **keys}))[0].places == places


@pytest.mark.parametrize(
    ("text", "location", "found"),
    [
        (TEXT, "Mawar dan Jl.", ((19, 32),)),  # over a line break
        ("pasar dan pasar", "pasar", ((0, 5),)),
        ("pasar dan pasar", "pasar ; pasar", ((0, 5), (10, 15))),
        ("pasar dan pasar", "pasar ; pasar ; pasar", None),
        ("Pasar", "pasar", None),  # verbatim
        ("a (b.c)", "(b.c)", ((2, 7),)),
        ("", "", ()),
        ("apa saja", "  ;  ", ()),
        ("apa saja", " ", ()),
    ],
)
def test_located(text: str, location: str, found: tuple[tuple[int, int], ...] | None) -> None:
    assert located(text, location) == found


GOOD = {"id": "a", "text": TEXT, **LABELS}
BAD_PLACES: list[object] = [
    *[[[0, 40]], [[-1, 3]], [[3, 3]], [[4, 3]], [[0]], [[0, 1, 2]], [["0", 1]], [[0.5, 2]]],
    *[[0, 5], "05", 7, {}, None],
]
BAD_POSTS = [
    ("{", "is not JSON"),
    ("[]", "is not an object"),
    ('{"id": NaN}', "is not JSON"),
    ({"text": TEXT}, "needs an id and a text that are not empty"),
    ({"id": 3, "text": TEXT}, "needs an id and a text that are not empty"),
    ({"id": "", "text": TEXT}, "needs an id and a text that are not empty"),
    ({"id": "b"}, "needs an id and a text that are not empty"),
    ({"id": "b", "text": " \n"}, "needs an id and a text that are not empty"),
    (GOOD, "id 'a' already stands in posts.jsonl, line 1"),
    ({"id": "b", "text": TEXT, "topic": "jalanan"}, "topic: unknown label 'jalanan'; use one of: "),
    ({"id": "b", "text": TEXT, "urgency": None}, "urgency: unknown label 'None'"),
    ({"id": "b", "text": TEXT, "intent": ["pengaduan"]}, "intent: unknown label"),
    ({"id": "b", "text": TEXT, "location": "Jl. Anggrek"}, "location 'Jl. Anggrek' is not in the text"),
    ({"id": "b", "text": TEXT, "location": 5}, "location '5' is not in the text"),
    *[
        (
            {"id": "b", "text": TEXT, "places": places},
            "places must hold pairs [start, end] in a text of 39 characters",
        )
        for places in BAD_PLACES
    ],
]


@pytest.mark.parametrize(("row", "problem"), BAD_POSTS)
def test_a_bad_post_is_refused_by_its_line(tmp_path: Path, row: Mapping[str, Any] | str, problem: str) -> None:
    with pytest.raises(CorpusRefused) as refused:
        read(posts(tmp_path, GOOD, "", row))
    assert f"posts.jsonl, line 3: {problem}" in str(refused.value)
    assert refused.value.line == 3


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("nonsense", "is not JSON"),
        ({"topic": "jalan"}, "needs the id of a text of source 'city', not ''"),
        ({"id": None}, "needs the id of a text of source 'city', not 'None'"),
        ({"id": ["a"]}, "needs the id of a text of source 'city'"),
        ({"id": "zzz"}, "needs the id of a text of source 'city', not 'zzz'"),
        ({"id": "a"}, "'a' is labelled twice in source 'city'; keep one of its lines"),
        ({"id": "b", "sentiment": "sedih"}, "sentiment: unknown label 'sedih'; use one of: negatif, netral, positif"),
        ({"id": "b", "places": [[0, 4]]}, "places must hold pairs [start, end] in a text of 3 characters"),
    ],
)
def test_a_bad_label_is_refused_by_its_line(tmp_path: Path, row: Mapping[str, Any] | str, problem: str) -> None:
    source = labelled(tmp_path, [{"id": "a", "text": TEXT}, {"id": "b", "text": "abc"}], [{"id": "a"}, row])
    with pytest.raises(CorpusRefused) as refused:
        read(source)
    assert f"labels.jsonl, line 2: {problem}" in str(refused.value)
    assert refused.value.line == 2


def test_a_missing_file_of_labels_too(tmp_path: Path) -> None:
    source = labelled(tmp_path, [GOOD], [GOOD])
    source.labels[0].unlink()
    with pytest.raises(CorpusRefused, match=r"labels\.jsonl: is missing, and source 'city' needs it"):
        read(source)


# What must stay unseen.


TEXTS: list[Mapping[str, Any] | str] = [
    {"id": "a", "text": "banjir di jalan mawar", "group": "g"},
    {"id": "b", "text": "RT @warga: banjir di jalan mawar!", "group": "g"},
    {"id": "c", "text": "Lampu jalan MATI", "group": "c"},
    {"id": "d", "text": "sampah menumpuk", "incident": "i"},
    {"id": "e", "text": "masih menumpuk juga", "incident": "i"},
]


@pytest.mark.parametrize(
    ("unseen", "left"),
    [
        ([], "abcde"),
        ([{"id": "a"}], "cde"),  # with its near-duplicate
        ([{"id": "b"}], "cde"),
        ([{"id": "d", "text": None}], "abc"),  # with the post of its incident
        ([{"id": "x", "text": "Lampu jalan MATI"}], "abde"),  # the text, under another id
        ([{"text": "LAMPU jalan  mati"}], "abde"),  # a copy of it
        ([{"text": "RT @lain: lampu jalan mati", "topic": "x"}], "abde"),
        ([{"id": "a"}, "", {"id": "e"}], "c"),
        ([{"id": "x", "text": "lain sekali"}], "abcde"),
    ],
)
@pytest.mark.parametrize("apart", [False, True], ids=["labels with texts", "labels apart"])
def test_posts_kept_unseen_go_with_their_groups(
    tmp_path: Path, unseen: list[Mapping[str, Any] | str], left: str, apart: bool
) -> None:
    labels: list[Mapping[str, Any] | str] = [{"id": key, **LABELS} for key in "abcde"]
    source = labelled(tmp_path, TEXTS, labels) if apart else posts(tmp_path, *TEXTS)
    without = lines(tmp_path / "dev.jsonl", *unseen)
    assert "".join(told(read(source, [without]))) == left


def test_near_duplicates_of_an_unseen_post_that_has_no_label_here_go_too(tmp_path: Path) -> None:
    source = labelled(tmp_path, TEXTS, [{"id": "b", **LABELS}, {"id": "c", **LABELS}])
    assert told(read(source, [lines(tmp_path / "dev.jsonl", {"id": "a"})])) == ["c"]
    assert told(read(source, [lines(tmp_path / "dev.jsonl", {"text": "banjir di jalan mawar"})])) == ["c"]


def test_a_near_copy_of_an_unseen_post_goes_with_its_group(tmp_path: Path) -> None:
    rows: list[Mapping[str, Any] | str] = [
        {"id": "a", "text": "Mohon perbaikan jalan berlubang di Jl. Mawar RT 03", "group": "g"},
        {"id": "b", "text": "terima kasih pak", "group": "g"},
        {"id": "c", "text": "Mohon pengangkutan sampah di Jl. Kenanga RT 01"},
    ]
    without = lines(tmp_path / "dev.jsonl", {"text": "mohon perbaikan jalan berlubang di jl. melati rt 07"})
    assert told(read(posts(tmp_path, *rows), [without])) == ["c"]


def test_a_source_passes_over_labels_of_the_posts_of_others(tmp_path: Path) -> None:
    labels: list[Mapping[str, Any] | str] = [{"id": "kota-1", **LABELS}, {"id": "desa-1", **LABELS}]
    source = labelled(tmp_path, [{"id": "kota-1", "text": TEXT}], labels)
    assert told(read(replace(source, ids=("kota-", "pulau-"), each=0.5))) == ["kota-1"]
    assert [example.each for example in read(replace(source, ids=("kota-",), each=0.5))] == [0.5]
    with pytest.raises(CorpusRefused, match="needs the id of a text of source 'city', not 'desa-1'"):
        read(source)


def test_several_files_may_stay_unseen(tmp_path: Path) -> None:
    without = [lines(tmp_path / f"{key}.jsonl", {"id": key}) for key in "ac"]
    assert told(read(posts(tmp_path, *TEXTS), without)) == ["d", "e"]


def test_reviews_kept_unseen_go_in_every_language(tmp_path: Path) -> None:
    for language in ("ban", "jav"):
        (tmp_path / f"{language}.csv").write_text("id,text,label\n1,x,neutral\n2,y,neutral\n", encoding="utf-8")
    source = Source("nusax", (tmp_path / "ban.csv", tmp_path / "jav.csv"), "reviews", "CC", 0.5)
    without = [lines(tmp_path / "dev.jsonl", {"id": "ban-2"})]
    assert told(read(source, without)) == ["ban-1", "jav-1"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "is not JSON"),
        ({"post": "banjir"}, "needs an id or a text: it would keep nothing unseen"),
        ({"id": "", "text": ""}, "needs an id or a text"),
        ({"id": 5}, "needs an id or a text"),
        ({"text": ["banjir"]}, "needs an id or a text"),
    ],
)
def test_a_line_that_keeps_nothing_unseen_is_refused(
    tmp_path: Path, row: Mapping[str, Any] | str, problem: str
) -> None:
    without = [lines(tmp_path / "dev.jsonl", {"id": "a"}, row)]
    with pytest.raises(CorpusRefused) as refused:
        read(posts(tmp_path, *TEXTS), without)
    assert f"dev.jsonl, line 2: {problem}" in str(refused.value)


def test_a_missing_file_of_unseen_posts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusRefused, match=r"dev\.jsonl: is missing, and --without needs it"):
        read(posts(tmp_path, *TEXTS), [tmp_path / "dev.jsonl"])
