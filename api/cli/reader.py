"""`dengar models`: the readers of this installation, what each is made of, and which one serves."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models import registry
from models.artifact import Artifact
from models.errors import ArtifactRefused
from models.predictions import HEADS
from models.registry import CURRENT, Installed
from models.serve import load_reader
from triage import settings as settings_module

artifacts = typer.Typer(no_args_is_help=True, help="The readers of this installation, and which of them serves.")

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Registry = Annotated[Path | None, typer.Option("--registry", help="Folder of artifacts; else models/pretrained.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@artifacts.command("list")
def list_models(
    place: Annotated[Path | None, typer.Option("--registry", help="One more folder of artifacts.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the artifacts: version, size, which serves, held-out accuracy by head, or why one is refused.

    Example: [cyan]dengar models list --json[/]
    """
    places = [registry.PRETRAINED]
    if place is not None and place.resolve() != registry.PRETRAINED.resolve():
        places.append(place)
    found = [one for folder in places for one in registry.installed(folder)]
    if as_json:
        _json([_summary(one) for one in found])
    else:
        console.print(_list_table(found))
    _tell_what_overrides()


@artifacts.command("show")
def show(
    folder: Annotated[str, typer.Argument(help="Name of an artifact, or its folder; nothing for what serves.")] = "",
    place: Registry = None,
    as_json: AsJson = False,
) -> None:
    """Show what an artifact is made of: sources with licences, recipe, files, thresholds and figures.

    Example: [cyan]dengar models show reader[/]
    """
    one = registry.inspect(_found(folder, place or registry.PRETRAINED))
    if one.artifact is None:
        raise ArtifactRefused(one.folder, one.refusal)
    if as_json:
        _json(_summary(one) | _details(one.artifact))
    else:
        _show(one, one.artifact)


@artifacts.command("install")
def install(
    source: Annotated[Path, typer.Argument(metavar="FOLDER_OR_ZIP", help="An artifact, as training saved it.")],
    name: Annotated[str | None, typer.Option(help="Name of its folder here; else the one it was made under.")] = None,
    no_promote: Annotated[bool, typer.Option("--no-promote", help="Serve the present one on.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite another artifact of that name.")] = False,
    place: Registry = None,
    as_json: AsJson = False,
) -> None:
    """Take an artifact in and let it serve, once it is checked and has read a text; else nothing changes.

    Under another --name than the present one, that one stays and can be promoted again.

    Example: [cyan]dengar models install reader.zip --name reader-2026.12[/]
    """
    made = registry.install(source, name, place, load_reader, replacing=replace, promoting=not no_promote)
    _tell_done(made, as_json, promoted=not no_promote)


@artifacts.command("promote")
def promote(
    name: Annotated[str, typer.Argument(help="Name of an artifact in `dengar models list`.")],
    place: Registry = None,
    as_json: AsJson = False,
) -> None:
    """Let another installed artifact serve, as to roll back, once it is checked and has read a text.

    Example: [cyan]dengar models promote reader[/]
    """
    _tell_done(registry.switch(name, place, load_reader), as_json, promoted=True)


def _found(named: str, place: Path) -> Path:
    """The folder of a name in the registry, of a path, or of what serves."""
    if not named:
        return registry.current(place)
    return place / named if (place / named).is_dir() else Path(named).resolve()


def _tell_done(artifact: Artifact, as_json: bool, *, promoted: bool) -> None:
    if as_json:
        _json(_summary(registry.inspect(artifact.folder)))
    else:
        console.print(f"{artifact.version} is in {artifact.folder}", markup=False)
        if promoted:
            named = f"{artifact.folder.parent / CURRENT} names it: processes that start from now on serve it"
            console.print(named, markup=False)
    if promoted:
        _tell_what_overrides()


def _tell_what_overrides() -> None:
    """A setting that outweighs every promotion is told, on the side."""
    folder = settings_module.load().model_dir
    if folder is not None:
        said = f"DENGAR_MODEL_DIR is set: processes with it serve {folder}, whatever is promoted"
        errors.print(_word(said), style="yellow", markup=False)


def _summary(one: Installed) -> dict[str, object]:
    """The published shape of an artifact in a list. Fields may be added, none changes its meaning."""
    made = one.artifact
    return {
        "folder": str(one.folder),
        "version": made.version if made else None,
        "release": made.release if made else None,
        "bytes": one.bytes,
        "promoted": one.promoted,
        "serves": one.serves,
        "accuracy": _accuracies(made),
        "refused": one.refusal or None,
    }


def _details(made: Artifact) -> dict[str, object]:
    limits = made.thresholds
    return {
        "thresholds": {
            "temperature": dict(limits.temperature),
            "doubt": dict(limits.doubt),
            "alarm": {"darurat": limits.alarm_darurat, "tinggi": limits.alarm_tinggi},
        },
        "metrics": dict(made.metrics),
        "lineage": dict(made.lineage),
    }


def _accuracies(made: Artifact | None) -> dict[str, float | None]:
    """Share of held-out posts read rightly, by head; None where the artifact does not say."""
    figures = _mapping(made.metrics.get("held_out")) if made else {}
    said = {head: _mapping(figures.get(head)).get("accuracy") for head in HEADS}
    return {head: float(share) if isinstance(share, int | float) else None for head, share in said.items()}


def _list_table(found: Iterable[Installed]) -> Table:
    rows = []
    for one in found:
        version, release = (one.artifact.version, one.artifact.release) if one.artifact else ("-", "-")
        serves = "yes" if one.serves else "cannot" if one.promoted else "no"
        accuracies = ", ".join(
            f"{head} {share:.3f}" for head, share in _accuracies(one.artifact).items() if share is not None
        )
        rows.append(
            (one.folder.name, version, release, f"{one.bytes / 1e6:.1f}", serves, one.refusal or accuracies or "-")
        )
    return _table(("folder", "version", "release", "MB", "serves", "held-out accuracy, or why it is refused"), rows)


def _show(one: Installed, made: Artifact) -> None:
    lineage, limits = made.lineage, made.thresholds
    serves = "serves" if one.serves else one.refusal or "does not serve"
    console.print(_word(f"{made.version}  ({one.bytes / 1e6:.1f} MB in {one.folder}; {serves})"), markup=False)
    for title, value in (("made by", lineage.get("command", "-")), ("recipe", _pairs(lineage.get("recipe")))):
        console.print(_word(f"{title}: {value}"), markup=False)
    heads = [(head, f"{limits.temperature[head]:.3g}", f"{limits.doubt[head]:.3g}") for head in HEADS]
    console.print(_table(("head", "temperature", "a person looks below"), heads))
    console.print(f"alarm: darurat from {limits.alarm_darurat:g}, at least tinggi from {limits.alarm_tinggi:g}")
    figures = [(name, _pairs(row)) for name, row in _mapping(made.metrics.get("held_out")).items()]
    console.print(_table(("held-out posts", "figures"), figures))
    sources = ("name", "licence", "posts")
    console.print(_table(("source", *sources[1:]), _rows(lineage.get("sources"), sources)))
    console.print(_table(("file", "sha256"), _rows(lineage.get("files"), ("file", "sha256"))))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _rows(value: object, keys: Sequence[str]) -> list[list[str]]:
    """Rows of a part that is JSON of any shape: what is not there is a dash."""
    rows = value if isinstance(value, list) else []
    return [[str(_mapping(row).get(key, "-")) for key in keys] for row in rows]


def _pairs(value: object) -> str:
    return ", ".join(f"{key} {what}" for key, what in _mapping(value).items()) or "-"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _cell(value: str) -> str:
    return escape(_word(value))


def _word(value: str) -> str:
    """Text out of a file from elsewhere, without what would steer the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in value)


def _json(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
