"""`dengar city`: the facts of a local government, and what its own archive teaches about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from triage import settings
from triage.cities import pack, streets

city = typer.Typer(no_args_is_help=True, help="The facts of a local government.")
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@city.command("streets")
def learn_streets(
    archive: Annotated[Path, typer.Argument(help="JSONL: text, address, kecamatan, kelurahan; when and group too.")],
    name: Annotated[str, typer.Option("--city", help="City pack; else the one that is served.")] = "",
    before: Annotated[str, typer.Option(help="Learn only from what is older than this ISO date.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write there, such as streets.csv of the pack; else print.")
    ] = None,
) -> None:
    """Learn where streets and landmarks lie: names and counts, none of the archive's texts.

    Example: [cyan]dengar city streets archive.jsonl --city surabaya --out streets.csv[/]
    """
    chosen = pack.load(name or settings.load().city)
    posts = list(streets.read(archive, chosen.regions, before))
    learnt = streets.learn(posts)
    placed = sum(bool(post.code) for post in posts)
    errors.print(f"{len(posts):,} posts, {placed:,} placed in {chosen.name}: {len(learnt):,} names")
    content = streets.written(learnt)
    if out is None:
        typer.echo(content, nl=False)
    else:
        out.write_text(content, encoding="utf-8")
