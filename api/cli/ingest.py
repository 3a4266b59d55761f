"""`dengar ingest`: a file of posts into the record."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from listener import files
from listener.ingest import Report
from listener.ingest import ingest as ingest_items
from triage.errors import InvalidPost, UnknownSource
from triage.store import claims, migrate
from triage.store import posts as post_store
from triage.wiring import Services, process_services

MOST_SHOWN = 20
"""Bad lines printed; --bad FILE gets all of them."""

console = Console(stderr=True, soft_wrap=True, highlight=False)


def ingest(
    file: Annotated[str, typer.Argument(help="JSONL, CSV or TSV, also gzipped; - reads standard input.")],
    source: Annotated[str, typer.Option(help="Source of rows that name none.")] = "file",
    form: Annotated[str, typer.Option("--format", help="jsonl, csv or tsv, where the name does not tell.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN; FIELD= drops a field. Repeatable.")
    ] = None,
    bad: Annotated[Path | None, typer.Option(help="Write all bad lines to this file.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until every waiting post is decided.")] = False,
) -> None:
    """Take the posts of a file. Bad lines are named and passed over; a second run adds nothing.

    Example: [cyan]dengar ingest keluhan.csv --map text=isi_laporan --map id=nomor[/]
    """
    services = process_services()
    migrate.require_current(services.database)
    if source not in services.city.sources:
        raise UnknownSource(source, sorted(services.city.sources))
    given = _mapping(column or [])
    with _open(file) as (raw, name, size):
        items = files.read(
            raw, files.format_of(Path(name), form), given, source=source, timezone=services.city.timezone
        )
        with _bar(DownloadColumn() if size else MofNCompleteColumn()) as progress:
            task = progress.add_task("reading", total=size or None)

            def show(report: Report) -> None:
                progress.update(
                    task,
                    completed=raw.tell() if size else report.accepted,
                    description=f"{report.accepted} posts",
                )
                services.wakeups.wake("triage")

            report = ingest_items(items, services.intake, show)
    _tell(report, bad)
    if wait:
        _wait(services)
    if report.bad:
        raise typer.Exit(1)


def _mapping(columns: list[str]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    for field, sign, _column in pairs:
        if not sign:
            raise InvalidPost("--map", f"{field!r} is not FIELD=COLUMN", remedy="for instance --map text=isi")
    return {field: column for field, _sign, column in pairs}


@contextmanager
def _open(file: str) -> Iterator[tuple[IO[bytes], str, int]]:
    if file == "-":
        yield sys.stdin.buffer, "-.jsonl", 0
        return
    path = Path(file)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InvalidPost("file", f"cannot be read: {error.strerror}: {file}", remedy="check the path") from None
    with raw:
        yield raw, path.name, path.stat().st_size


def _bar(amount: ProgressColumn) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn(), console=console)


def _tell(report: Report, bad: Path | None) -> None:
    typer.echo(f"added {report.added}, edited {report.edited}, known {report.known}, bad {len(report.bad)}")
    lines = [f"line {b.number}: {b.problem}" + (f" ({b.remedy})" if b.remedy else "") for b in report.bad]
    if bad:
        _write(bad, lines)
    for line in lines[:MOST_SHOWN]:
        console.print(line, markup=False)
    if len(lines) > MOST_SHOWN:
        console.print(f"... and {len(lines) - MOST_SHOWN} more; --bad FILE writes all of them", markup=False)


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidPost(
            "--bad", f"cannot be written: {error.strerror}: {path}", remedy="the posts are in; give another path"
        ) from None


def _wait(services: Services) -> None:
    """Follow the work list until it is empty, then say what became of all posts."""
    with _bar(MofNCompleteColumn()) as progress:
        task = progress.add_task("decided", total=None)
        while True:
            with services.database.read() as connection:
                counts = post_store.states(connection)
                waiting = claims.waiting(connection) + counts.get("leased", 0)
            total = sum(counts.values())
            progress.update(task, total=total, completed=total - waiting)
            if not waiting:
                break
            services.wakeups.wake("triage")
            time.sleep(0.5)
    typer.echo(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
