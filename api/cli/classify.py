"""`dengar classify`: what the reader says about texts, without touching the record."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer
from rich.console import Console

from listener import files
from listener.files import BadLine
from models.predictions import HEADS, Prediction
from models.taxonomy import Taxonomy
from triage.entities import Place
from triage.errors import InvalidPost
from triage.rules.redaction import clean
from triage.wiring import Services, process_services

BATCH = 256
"""Texts read at once."""

SHAPE = 'write {"id": ..., "text": ...}'
"""What a line of JSON must be."""

errors = Console(stderr=True, soft_wrap=True, highlight=False)


def classify(
    file: Annotated[str, typer.Argument(help='JSONL {"id","text"} or plain lines; - is standard input.')] = "-",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Say intent, topic, urgency, sentiment and places of each text.

    Example: [cyan]echo 'lampu jalan mati di Gubeng' | dengar classify[/]
    """
    services = process_services()
    bad = 0
    with _open(file) as raw:
        items = _texts(raw)
        while chunk := list(islice(items, BATCH)):
            for item in chunk:
                if isinstance(item, BadLine):
                    bad += 1
                    errors.print(f"line {item.number}: {item.problem} ({item.remedy})", markup=False)
            texts = [item for item in chunk if not isinstance(item, BadLine)]
            for answer in _read(texts, services):
                _print(answer, services.taxonomy, as_json)
    if bad:
        raise typer.Exit(1)


def _open(file: str) -> IO[bytes]:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InvalidPost("file", f"cannot be read: {error.strerror}: {file}", remedy="check the path") from None


def _texts(raw: IO[bytes]) -> Iterator[tuple[str, str] | BadLine]:
    """(id, text) of each line; a plain line is its own text, with its number as id."""
    for line in files.lines(raw):
        if isinstance(line, BadLine):
            yield line
        elif line[1].lstrip().startswith("{"):
            yield _json_text(*line)
        elif line[1].strip():
            yield str(line[0]), line[1].rstrip("\r\n")


def _json_text(number: int, line: str) -> tuple[str, str] | BadLine:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return BadLine(number, f"is not JSON: {error.msg} at column {error.colno}", SHAPE)
    if not isinstance(row.get("text"), str):
        return BadLine(number, "text is missing or not a string", SHAPE)
    return str(number if row.get("id") is None else row["id"]), row["text"]


Answer = tuple[str, Prediction, Sequence[tuple[str, Place | None]]]
"""Id, prediction, and each place that the reader marked with the region of the city that it names, if any."""


def _read(texts: Sequence[tuple[str, str]], services: Services) -> Iterator[Answer]:
    cleaned = [clean(text) for _id, text in texts]
    for (text_id, _text), prediction in zip(texts, services.reader.read(cleaned), strict=True):
        yield text_id, prediction, [(span, services.gazetteer.best(span)) for span in prediction.spans]


def _print(answer: Answer, taxonomy: Taxonomy, as_json: bool) -> None:
    text_id, prediction, places = answer
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(contract(text_id, prediction, places), option=orjson.OPT_APPEND_NEWLINE))
        return
    labels = ", ".join(taxonomy.name(head, prediction.label(head)) for head in HEADS)
    where = f" @ {'; '.join(span for span, _place in places)}" if places else ""
    doubt = f" (ragu: {', '.join(prediction.doubts)})" if prediction.review else ""
    typer.echo(f"{text_id}: {labels}{where}{doubt}")


def contract(text_id: str, prediction: Prediction, places: Sequence[tuple[str, Place | None]]) -> dict[str, object]:
    """The published shape of one answer. Fields may be added, none changes its meaning.

    ``text`` of a place stands verbatim in the text; code, name and level are null where it names no region.
    """
    return {
        "id": text_id,
        **{head: prediction.label(head) for head in HEADS},
        "scores": {head: dict(scores) for head, scores in prediction.scores.items()},
        "review": prediction.review,
        "places": [
            {"text": span}
            | ({"code": p.code, "name": p.name, "level": p.level} if p else dict.fromkeys(("code", "name", "level")))
            for span, p in places
        ],
        "model": prediction.model,
    }
