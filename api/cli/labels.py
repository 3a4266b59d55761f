"""`dengar labels`: what officers corrected, on its way back to training."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import track

from triage.errors import InvalidPost
from triage.store import migrate
from triage.wiring import process_services

labels = typer.Typer(no_args_is_help=True, help="What officers corrected, for training.")

console = Console(stderr=True, soft_wrap=True, highlight=False)


@labels.command("export")
def export(
    out: Annotated[Path | None, typer.Option(help="File to write; nothing for standard output.")] = None,
) -> None:
    """Write posts with a human label as JSONL for `dengar train --labels FILE`.

    The newest human label counts; heads that nobody corrected carry the machine's word, `human` names the others.
    Deleted posts are left out, and so are labels given before the post was edited.

    Example: [cyan]dengar labels export --out labels.jsonl[/]
    """
    services = process_services()
    migrate.require_current(services.database)
    total, written = services.labels.count(), 0
    with _open(out) as file:
        for post in track(services.labels.export(), "writing", total=total, console=console, transient=True):
            file.write(orjson.dumps(asdict(post), option=orjson.OPT_APPEND_NEWLINE))
            written += 1
    console.print(f"wrote {written} posts")
    if written < total:
        console.print(f"passed over {total - written} posts that the machine never read: correct all four heads")


@contextmanager
def _open(out: Path | None) -> Iterator[IO[bytes]]:
    if out is None:
        yield sys.stdout.buffer
        return
    try:
        with out.open("wb") as file:
            yield file
    except OSError as error:  # also a disk that fills up on the way
        problem = f"cannot be written: {error.strerror}: {out}"
        raise InvalidPost("--out", problem, remedy="give another path") from None
