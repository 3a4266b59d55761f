"""What the reader learns from, read from the sources that ``sources.toml`` lists, each in its own form."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import CorpusRefused
from models.jsonl import Row, content, rows
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.unseen import held_groups

HERE = Path(__file__).parent
LISTED = HERE / "sources.toml"
DATA = "data:"
"""Begins a path in the data folder; the others start at this package."""
UNSTATED = "none stated"
"""The licence of a source that names none."""
REVIEW = "review"
"""Sentiment in the sense of product reviews, which differs from the guide's: a head that only trains."""
TONES = ("negative", "neutral", "positive")
"""Its labels."""
_REMEDY = "give the folder of the data with --data, or name a file that exists"
_PLACES = {"LOC", "PLC", "GPE", "FAC", "PLACE"}  # as the corpora of named entities tag them

Places = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``sources.toml``, which tells what each key means."""

    name: str
    texts: tuple[Path, ...]
    form: str
    """How its files are written: posts, reviews or entities."""
    licence: str
    share: float
    labels: tuple[Path, ...] = ()
    """Files of labels without texts, joined by id; none when the texts carry them."""
    ids: tuple[str, ...] = ()
    """What the ids of its posts begin with; labels of others are passed over. None: any."""
    refine: bool = False
    each: float = 1.0
    """Share of its posts that one refining epoch sees."""
    held_out: bool = False
    """Whether a part of it is kept to stop by and to calibrate on: it must look like a real stream."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text that teaches: any of the heads, the places, or both."""

    id: str
    text: str
    group: str
    """Near-duplicates and posts of one incident share it: a split never parts them."""
    source: str
    share: float
    each: float = 1.0
    """Chance that a refining epoch sees it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """head -> label, for the heads that are known."""
    places: Places | None = None
    """(start, end) in the text of each place; None when nobody looked for places."""


def listed(data: Path | None, *, licensed_only: bool = False, listing: Path = LISTED) -> list[Source]:
    """The sources of the list, in its order.

    ``data`` is the folder that "data:" stands for; None leaves out the sources that need it. ``licensed_only``
    leaves out those whose licence is ``UNSTATED``. Raises CorpusRefused for an entry that is not as it should be.
    """
    sources = []
    for entry in tomllib.loads(listing.read_text(encoding="utf-8"))["source"]:
        _check(entry, listing)
        absent = data is None and any(path.startswith(DATA) for path in [*entry["texts"], *entry.get("labels", ())])
        if absent or (licensed_only and entry["licence"] == UNSTATED):
            continue
        files = {key: tuple(_file(path, data) for path in entry.get(key, ())) for key in ("texts", "labels")}
        sources.append(Source(**entry | files | {"ids": tuple(entry.get("ids", ()))}))
    return sources


def _check(entry: Mapping[str, Any], listing: Path) -> None:
    needed, other = {"name", "texts", "form", "licence", "share"}, {"labels", "ids", "refine", "each", "held_out"}
    if not needed <= set(entry) <= needed | other or entry["form"] not in _FORMS:
        rule = f"{', '.join(sorted(needed))}, perhaps {', '.join(sorted(other))}; forms are {', '.join(_FORMS)}"
        raise CorpusRefused(listing, f"source {entry.get('name', '?')!r} needs {rule}")
    lists = [entry.get(key, []) for key in ("texts", "labels", "ids")]
    if not all(isinstance(value, list) for value in lists) or not 0 < entry.get("each", 1.0) <= 1:
        rule = "texts, labels and ids are lists, and each lies above 0, at most 1"
        raise CorpusRefused(listing, f"source {entry['name']!r}: {rule}")


def _file(path: str, data: Path | None) -> Path:
    return data / path.removeprefix(DATA) if data and path.startswith(DATA) else HERE / path


def read(source: Source, without: Sequence[Path] = ()) -> list[Example]:
    """All examples of a source, less the posts of ``without`` (JSONL with an id, a text or both), their near-copies
    and their groups.

    Raises CorpusRefused, naming file and line, for a missing file, a line that is not of the source's form, an
    unknown label, labels without their text, an id that stands twice, or a place that its text does not hold.
    """
    examples = list(_FORMS[source.form](source))
    if not examples:
        raise CorpusRefused(source.texts[0], f"holds nothing that source {source.name!r} could teach")
    if not without:
        return examples
    posts = [(example.id, example.text, example.group) for example in examples]
    if source.labels:  # a post of ``without`` may have no label here while its near-duplicates do
        posts += [(key, row.values["text"], _group(row, row)) for key, row in _texts(source).items()]
    held = held_groups(posts, without)
    return [example for example in examples if example.group not in held]


def _posts(source: Source) -> Iterator[Example]:
    posts = _texts(source)
    labels = (row for file in source.labels for row in _rows(file, f"source {source.name!r}"))
    seen: set[str] = set()
    for row in labels if source.labels else posts.values():
        key = row.values.get("id", "")
        if isinstance(key, str) and not key.startswith(source.ids or ""):
            continue
        if not isinstance(key, str) or key not in posts:
            raise row.refused(f"needs the id of a text of source {source.name!r}, not {str(key)[:40]!r}")
        if key in seen:
            raise row.refused(f"{key!r} is labelled twice in source {source.name!r}", "keep one of its lines")
        seen.add(key)
        post, text = posts[key], posts[key].values["text"]
        yield Example(
            key, text, _group(post, row), source.name, source.share, source.each, _labels(row), _places(row, text)
        )


def _texts(source: Source) -> dict[str, Row]:
    """id -> the row that holds the text."""
    known: dict[str, Row] = {}
    for file in source.texts:
        for row in _rows(file, f"source {source.name!r}"):
            key, text = row.values.get("id"), row.values.get("text")
            if not isinstance(key, str) or not isinstance(text, str) or not key or not text.strip():
                raise row.refused("needs an id and a text that are not empty")
            if key in known:
                raise row.refused(f"id {key!r} already stands in {known[key].file.name}, line {known[key].line}")
            known[key] = row
    return known


def _group(post: Row, labels: Row) -> str:
    keys = post.values.get("group"), post.values.get("incident"), labels.values.get("incident"), post.values["id"]
    return str(next(filter(None, keys)))


def _labels(row: Row) -> dict[str, str]:
    labels = {head: row.values[head] for head in HEADS if head in row.values}
    for head, label in labels.items():
        known = load_taxonomy().labels(head)
        if label not in known:
            raise row.refused(f"{head}: unknown label {str(label)[:40]!r}", f"use one of: {', '.join(known)}")
    return labels


def _places(row: Row, text: str) -> Places | None:
    """From ``places``, pairs of offsets in the text, or else from ``location``, spans of it."""
    if "places" in row.values:
        places = row.values["places"]
        if not isinstance(places, list) or not all(_lies_in(place, text) for place in places):
            raise row.refused(f"places must hold pairs [start, end] in a text of {len(text)} characters")
        return tuple((start, end) for start, end in places)
    if (location := row.values.get("location")) is None:
        return None
    found = located(text, location) if isinstance(location, str) else None
    if found is None:
        raise row.refused(f"location {str(location)[:60]!r} is not in the text")
    return found


def _lies_in(place: object, text: str) -> bool:
    match place:
        case [int(start), int(end)]:
            return 0 <= start < end <= len(text)
    return False


def located(text: str, location: str) -> Places | None:
    """Where the spans of a label ("a ; b") stand in the text, in order; None when one is not there."""
    found: list[tuple[int, int]] = []
    for span in filter(None, (part.split() for part in location.split(" ; "))):
        # Labels were given over texts with their line breaks folded.
        pattern = re.compile(r"\s+".join(map(re.escape, span)))
        spots = [spot.span() for spot in pattern.finditer(text)]
        free = [(start, end) for start, end in spots if not any(start < b and a < end for a, b in found)]
        if not free:
            return None
        found.append(free[0])
    return tuple(sorted(found))


def _reviews(source: Source) -> Iterator[Example]:
    """CSV with the columns id, text and label, or lines of a text, a tab and a label."""
    for file in source.texts:
        for line, key, text, label in _table(file, io.StringIO(_text(file, source), newline="")):
            if not (key and text.strip() and label in TONES):
                problem = f"needs an id, a text and a label, one of: {', '.join(TONES)}"
                raise CorpusRefused(file, f"{problem}; got {label[:40]!r}", line=line)
            # The same id in two languages is the same review.
            group = f"{source.name}-{key}"
            yield Example(f"{file.stem}-{key}", text, group, source.name, source.share, source.each, {REVIEW: label})


def _table(file: Path, lines: io.StringIO) -> Iterator[tuple[int, str, str, str]]:
    """(line, id, text, label) of each review; what is missing is empty."""
    if file.suffix == ".csv":
        table = csv.DictReader(lines, restval="")
        for row in table:
            yield table.line_num, row.get("id", ""), row.get("text", ""), row.get("label", "")
        return
    for number, line in enumerate(lines):
        text, _, label = line.rstrip("\r\n").rpartition("\t")
        yield number + 1, str(number), text, label


def _entities(source: Source) -> Iterator[Example]:
    """A word a line, its BIO tag last; an empty line after each sentence."""
    for file in source.texts:
        begin = 1
        for number, sentence in enumerate(io.StringIO(_text(file, source), newline=None).read().split("\n\n")):
            text, places = _sentence(sentence, file, begin)
            begin += sentence.count("\n") + 2
            if text:
                key = f"{file.stem}-{number}"
                yield Example(key, text, key, source.name, source.share, source.each, places=places)


def _sentence(lines: str, file: Path, begin: int) -> tuple[str, Places]:
    text, places = "", list[tuple[int, int]]()
    for number, columns in enumerate(map(str.split, lines.split("\n")), start=begin):
        if not columns:
            continue
        word, tag = columns[0], columns[-1]
        if len(columns) < 2:
            raise CorpusRefused(file, "needs a word and its tag", line=number)
        start = len(text) + bool(text)
        text = f"{text} {word}" if text else word
        if tag[2:] in _PLACES:
            if tag.startswith("I-") and places and places[-1][1] == start - 1:
                start = places.pop()[0]
            places.append((start, len(text)))
    return text, tuple(places)


def _rows(file: Path, user: str) -> Iterator[Row]:
    return rows(file, f"is missing, and {user} needs it", _REMEDY)


def _text(file: Path, source: Source) -> str:
    try:
        return (raw := content(file, f"is missing, and source {source.name!r} needs it", _REMEDY)).decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CorpusRefused(file, "is not UTF-8", line=line, remedy="save it as UTF-8") from error


_FORMS = {"posts": _posts, "reviews": _reviews, "entities": _entities}
