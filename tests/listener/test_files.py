"""Reading files of posts: what is taken, what is named, what is refused as a whole."""

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from listener.files import LONGEST_LINE, BadLine, format_of, read
from triage.entities import IncomingPost
from triage.errors import InvalidPost

ZONE = "Asia/Jakarta"


def items(content: bytes, form: str = "jsonl", **given: str) -> list[tuple[int, IncomingPost] | BadLine]:
    """Everything that a file of these bytes gives."""
    raw = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
    return list(read(raw, form, given, source="file", timezone=ZONE))


def texts(content: bytes, form: str = "jsonl", **given: str) -> dict[int, str]:
    """Line number -> text of the posts."""
    return {item[0]: item[1].text for item in items(content, form, **given) if not isinstance(item, BadLine)}


def bad(content: bytes, form: str = "jsonl", **given: str) -> dict[int, str]:
    """Line number -> problem of the bad lines."""
    return {item.number: item.problem for item in items(content, form, **given) if isinstance(item, BadLine)}


LAMP = b'{"id": "1", "text": "lampu mati"}\n'
TABLE = b"id,text\n1,lampu mati\n2,jalan rusak\n"


@pytest.mark.parametrize(
    ("content", "form", "found"),
    [
        (LAMP, "jsonl", {1: "lampu mati"}),
        (b"\n\n" + LAMP, "jsonl", {3: "lampu mati"}),
        (b"\xef\xbb\xbf" + LAMP, "jsonl", {1: "lampu mati"}),
        (LAMP.rstrip(), "jsonl", {1: "lampu mati"}),
        (LAMP.replace(b"\n", b"\r\n") * 2, "jsonl", {1: "lampu mati", 2: "lampu mati"}),
        (TABLE, "csv", {2: "lampu mati", 3: "jalan rusak"}),
        (b"\xef\xbb\xbf" + TABLE, "csv", {2: "lampu mati", 3: "jalan rusak"}),
        (TABLE.replace(b",", b"\t"), "tsv", {2: "lampu mati", 3: "jalan rusak"}),
        (TABLE.replace(b",", b";"), "csv", {2: "lampu mati", 3: "jalan rusak"}),
        (b'id,text\n1,"lampu, ""mati"""\n', "csv", {2: 'lampu, "mati"'}),
        (b'id,text\n1,"lampu\nmati\n\nlagi"\n2,jalan\n', "csv", {2: "lampu\nmati\n\nlagi", 6: "jalan"}),
        (b'text\n5" pipa bocor\n', "csv", {2: '5" pipa bocor'}),
        (gzip.compress(TABLE, mtime=0), "csv", {2: "lampu mati", 3: "jalan rusak"}),
        (gzip.compress(LAMP, mtime=0), "jsonl", {1: "lampu mati"}),
    ],
)
def test_what_is_read(content: bytes, form: str, found: dict[int, str]) -> None:
    assert texts(content, form) == found
    assert bad(content, form) == {}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id": "2", "text": "putus', "is not JSON"),
        (b'{"id": "2", "text": "\\ud800"}', "is not JSON"),
        (b'{"id": "2", "text": "a", "lat": NaN}', "is not JSON"),
        (b'{"id": "2", "text": "a", "lat": 1e999}', "is not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "is not JSON"),
        (b'[{"id": "2", "text": "a"}]', "is not a JSON object"),
        (b'"lampu mati"', "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'{"id": "2", "text": "\xff"}', "is not UTF-8 at byte 21"),
        (b'{"id": "2", "isi": ["a"]}', "text: is not a text"),
        (b'{"id": "2", "judul": "a"}', "text: no column holds the text"),
        (b'{"id": 123456789012345678901, "text": "a"}', "id: is a number that loses digits"),
        (b'{"id": "2", "text": "a", "lat": "x", "lon": 1}', "lat: 'x' is not a number"),
        (b'{"id": "2", "text": "a", "created_at": "kemarin"}', "created_at: cannot read the time 'kemarin'"),
        (b'{"id": "2", "text": "' + b"x" * LONGEST_LINE + b'"}', f"is longer than {LONGEST_LINE} bytes"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_a_bad_line_is_named_and_the_rest_is_taken(line: bytes, problem: str) -> None:
    content = LAMP + line + b"\n" + LAMP
    assert texts(content) == {1: "lampu mati", 3: "lampu mati"}
    assert list(bad(content)) == [2]
    assert bad(content)[2].startswith(problem)


@pytest.mark.parametrize(
    ("rows", "named", "taken"),
    [
        (b'1,"lampu mati\n2,jalan\n3,pohon\n', {2: "a quote is not closed"}, {3: "jalan", 4: "pohon"}),
        (b'1,lampu\n2,"jalan\n3,"pohon"\n', {3: "is not a row"}, {2: "lampu", 4: "pohon"}),
        (b'1,"a"b\n2,jalan\n', {2: "is not a row"}, {3: "jalan"}),
        (b"1,lampu,mati\n2,jalan\n", {2: "has 3 columns, the header 2"}, {3: "jalan"}),
        (b"1\n2,jalan\n", {2: "has 1 columns, the header 2"}, {3: "jalan"}),
        (b"1,\xff\n2,jalan\n", {2: "is not UTF-8"}, {3: "jalan"}),
        (b"1," + b"x" * LONGEST_LINE + b"\n2,jalan\n", {2: "is longer than"}, {3: "jalan"}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_row_costs_one_row(rows: bytes, named: dict[int, str], taken: dict[int, str]) -> None:
    content = b"id,text\n" + rows
    assert texts(content, "csv") == taken
    found = bad(content, "csv")
    assert list(found) == list(named)
    assert all(found[number].startswith(problem) for number, problem in named.items())


def test_a_quote_never_closed_does_not_swallow_a_long_file() -> None:
    content = b'id,text\n0,"lampu\n' + b"".join(b"%d,jalan\n" % number for number in range(1, 3000))
    assert len(texts(content, "csv")) == 2999
    assert list(bad(content, "csv")) == [2]


@pytest.mark.parametrize(
    ("content", "form", "problem"),
    [
        (b"", "jsonl", "holds no posts"),
        (b"\n \n", "jsonl", "holds no posts"),
        (b"", "csv", "holds no posts"),
        (b"id,text\n", "csv", "holds no posts"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "jsonl", "is binary"),
        ("id,text\n1,lampu\n".encode("utf-16"), "csv", "is binary"),
        (gzip.compress(b"abc\0", mtime=0), "csv", "is binary"),
        (b"\x1f\x8bnot really gzip", "jsonl", "is a damaged gzip file"),
        (b"id,judul\n1,lampu\n", "csv", "no column holds the text; columns are: id, judul"),
    ],
)
def test_what_is_refused_as_a_whole(content: bytes, form: str, problem: str) -> None:
    with pytest.raises(InvalidPost) as raised:
        items(content, form)
    assert raised.value.problem.startswith(problem)
    assert raised.value.remedy


def test_of_a_truncated_gzip_the_readable_lines_are_taken() -> None:
    lines = [json.dumps({"id": str(n), "text": os.urandom(40).hex()}).encode() for n in range(5000)]
    whole = gzip.compress(b"\n".join(lines))
    found = items(whole[: len(whole) // 2])
    assert isinstance(found[-1], BadLine)
    assert "damaged from here on" in found[-1].problem
    posts = [item[1].external_id for item in found if not isinstance(item, BadLine)]
    assert posts == [str(n) for n in range(len(posts))]
    assert len(posts) > 1000


class Endless(io.RawIOBase):
    """A file whose second line has 50 MB; made while it is read."""

    def __init__(self) -> None:
        self._parts: Iterator[bytes] = self._content()

    def _content(self) -> Iterable[bytes]:  # type: ignore[override]
        yield LAMP + b'{"id": "2", "text": "'
        for _ in range(50):
            yield b"x" * 1_000_000
        yield b'"}\n' + LAMP

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._rest = getattr(self, "_rest", b"") or next(self._parts, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_a_line_of_50_mb_is_passed_over_in_little_memory() -> None:
    tracemalloc.start()
    found = list(read(Endless(), "jsonl", {}, source="file", timezone=ZONE))  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [item.number if isinstance(item, BadLine) else item[1].text for item in found] == [
        "lampu mati",
        2,
        "lampu mati",
    ]
    assert peak < 8 * LONGEST_LINE


@pytest.mark.parametrize(
    ("name", "given", "form"),
    [
        ("a.jsonl", "", "jsonl"),
        ("a.ndjson", "", "jsonl"),
        ("a.CSV", "", "csv"),
        ("a.tsv.gz", "", "tsv"),
        ("a.b.csv.gz", "", "csv"),
        ("a.csv", "tsv", "tsv"),
        ("laporan", "csv", "csv"),
    ],
)
def test_the_format(name: str, given: str, form: str) -> None:
    assert format_of(Path(name), given) == form


@pytest.mark.parametrize(("name", "given"), [("a.xlsx", ""), ("a", ""), ("a.csv", "xml"), ("a.gz", "")])
def test_a_format_that_cannot_be_told(name: str, given: str) -> None:
    with pytest.raises(InvalidPost, match="format") as raised:
        format_of(Path(name), given)
    assert "jsonl, csv or tsv" in raised.value.remedy
