"""Reads posts out of files: JSONL, CSV or TSV, gzipped or not. A bad line is reported and passed over."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson

from listener.columns import Columns, check_fields
from triage.entities import IncomingPost
from triage.errors import InvalidPost

LONGEST_LINE = 1024 * 1024
"""Bytes. Sixteen times the largest post; a longer line is skipped without being held in memory."""

MOST_LINES = 500
"""Lines that one quoted field may span; beyond, its quote was never closed."""

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv"}
"""File ending -> format; an ending .gz in addition means nothing, since gzip is seen by its first bytes."""

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not become a post."""

    number: int
    """Counted from 1 in the file."""
    problem: str
    remedy: str = ""


Item = tuple[int, IncomingPost] | BadLine
"""A post with its line number, or what is wrong with the line."""


def format_of(path: Path, given: str = "") -> str:
    """The format of a file by option or name. Raises InvalidPost if neither tells."""
    if given:
        if given not in FORMATS.values():
            raise InvalidPost("--format", f"unknown format {given!r}", remedy="use jsonl, csv or tsv")
        return given
    name = path.with_suffix("") if path.suffix == ".gz" else path
    try:
        return FORMATS[name.suffix.lower()]
    except KeyError:
        raise InvalidPost(
            "file", f"cannot tell the format of {path.name!r} by its name", remedy="add --format jsonl, csv or tsv"
        ) from None


def read(raw: IO[bytes], form: str, given: Mapping[str, str], *, source: str, timezone: str) -> Iterator[Item]:
    """Posts and bad lines of an open file, in order.

    Raises InvalidPost before the first item if the file as a whole is unusable: empty, binary,
    without a text column.
    """
    check_fields(given)
    buffered = io.BufferedReader(raw) if isinstance(raw, io.RawIOBase) else raw
    head = buffered.peek(4096)[:4096] if isinstance(buffered, io.BufferedReader) else b""
    if head.startswith(GZIP_MAGIC):
        buffered = io.BufferedReader(gzip.GzipFile(fileobj=buffered))
        head = _head_of_gzip(buffered)
    if b"\0" in head:
        raise InvalidPost("file", "is binary, not text", remedy="give JSONL, CSV or TSV in UTF-8")
    rows = _json_rows(lines(buffered)) if form == "jsonl" else _table_rows(lines(buffered), _delimiter(form, head))
    return _posts(rows, form, given, source, timezone)


def _head_of_gzip(buffered: "io.BufferedReader[gzip.GzipFile]") -> bytes:
    try:
        return buffered.peek(4096)[:4096]
    except (OSError, EOFError, zlib.error):
        raise InvalidPost("file", "is a damaged gzip file", remedy="compress it again") from None


Line = tuple[int, str] | BadLine
Lines = Iterator[Line]
Rows = Iterator[tuple[int, dict[str, Any]] | BadLine]


def lines(raw: IO[bytes]) -> Lines:
    """Decoded lines with their numbers; undecodable and oversized ones as BadLine."""
    number = 0
    while True:
        number += 1
        try:
            line = raw.readline(LONGEST_LINE + 1)
            if len(line) > LONGEST_LINE:
                _skip_rest(raw, line)
                yield BadLine(number, f"is longer than {LONGEST_LINE} bytes", "split or shorten it")
                continue
        except (OSError, EOFError, zlib.error) as error:
            yield BadLine(number, f"the file is damaged from here on ({error})", "compress it again")
            return
        if not line:
            return
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            yield BadLine(number, f"is not UTF-8 at byte {error.start}", "convert the file: iconv -t UTF-8")


def _skip_rest(raw: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = raw.readline(LONGEST_LINE)


def _json_rows(source: Lines) -> Rows:
    for line in source:
        if isinstance(line, BadLine):
            yield line
            continue
        number, text = line
        if not text.strip():
            continue
        try:
            row = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield BadLine(number, f"is not JSON: {error.msg} at column {error.colno}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            yield BadLine(number, "is not a JSON object", 'write {"id": ..., "text": ...}')


def _delimiter(form: str, head: bytes) -> str:
    """Spreadsheets set to Indonesian write CSV with semicolons, since the comma is their decimal sign."""
    if form == "tsv":
        return "\t"
    header = head.partition(b"\n")[0]
    return ";" if header.count(b";") > header.count(b",") else ","


def _table_rows(source: Lines, delimiter: str) -> Rows:
    """Rows of CSV or TSV as dicts. A quoted field may span lines: the row is named by its first."""
    header: list[str] | None = None
    for record in _records(source, delimiter):
        if isinstance(record, BadLine):
            yield record
            continue
        number, cells = record
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = cells
        elif len(cells) != len(header):
            yield BadLine(number, f"has {len(cells)} columns, the header {len(header)}", "check delimiter and quotes")
        else:
            yield number, dict(zip(header, cells, strict=True))


def _records(source: Lines, delimiter: str) -> Iterator[tuple[int, list[str]] | BadLine]:
    """Cells of each row. A quote that is never closed costs one line: those after it are read afresh."""
    csv.field_size_limit(LONGEST_LINE)
    again: list[Line] = []
    while (line := again.pop() if again else next(source, None)) is not None:
        if isinstance(line, BadLine):
            yield line
            continue
        number, text = line
        taken: list[Line] = []
        row = csv.reader(chain([text], _more(again, source, taken)), delimiter=delimiter, strict=True)
        try:
            cells = next(row)
        except csv.Error as error:
            problem = "a quote is not closed" if "unexpected end" in str(error) else f"is not a row: {error}"
            yield BadLine(number, problem, "check the quotes; one inside a quoted field is written twice")
            again += reversed(taken)
        else:
            yield from (one for one in taken if isinstance(one, BadLine))
            yield number, cells


def _more(again: list[Line], source: Lines, taken: list[Line]) -> Iterator[str]:
    """The lines that a row takes besides its first, noted in ``taken``."""
    while len(taken) < MOST_LINES and (line := again.pop() if again else next(source, None)) is not None:
        taken.append(line)
        if not isinstance(line, BadLine):
            yield line[1]


def _posts(rows: Rows, form: str, given: Mapping[str, str], source: str, timezone: str) -> Iterator[Item]:
    known: dict[tuple[str, ...], Columns] = {}
    seen = False
    for row in rows:
        seen = True
        if isinstance(row, BadLine):
            yield row
            continue
        number, cells = row
        try:
            names = tuple(cells)
            if names not in known:
                known[names] = Columns(list(names), given, source=source, timezone=timezone)
            yield number, known[names].post(cells)
        except InvalidPost as error:
            if not known and form != "jsonl":
                raise  # the header is for the whole table; in JSONL each line speaks for itself
            yield BadLine(number, error.message, error.remedy)
    if not seen:
        raise InvalidPost("file", "holds no posts", remedy="give a file with at least one line of data")
