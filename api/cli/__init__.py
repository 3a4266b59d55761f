"""The command `dengar`: the index of its commands, and what an error means to a shell.

Exit status: 0 done, 1 something is wrong that the message names, 2 the call itself was wrong.
"""

import sys

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from api.cli import (
    access,
    city,
    classify,
    desks,
    doctor,
    ingest,
    labels,
    logs,
    processes,
    reader,
    retry,
    training,
    up,
)
from models.errors import ModelsError
from triage.errors import DengarError, InvalidPost

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Dengar listens to what citizens say about their city and puts what needs action on a desk.",
)
app.command("up")(up.up)
app.command("migrate")(processes.migrate)
app.command("web")(processes.web)
app.command("worker")(processes.worker)
app.command("beat")(processes.beat)
app.command("ingest")(ingest.ingest)
app.command("classify")(classify.classify)
app.command("desk")(desks.desk)
app.command("case")(desks.case)
app.command("doctor")(doctor.doctor)
app.command("retry")(retry.retry)
app.command("train", cls=training.HandedOver, add_help_option=False)(training.train)
app.command("evaluate", cls=training.HandedOver, add_help_option=False)(training.evaluate)
app.add_typer(labels.labels, name="labels")
app.add_typer(reader.artifacts, name="models")
app.add_typer(city.city, name="city")
app.add_typer(access.user, name="user")
app.add_typer(access.key, name="key")


def main() -> None:
    """Entry point of the console script."""
    logs.configure()
    try:
        app()
    except (DengarError, ModelsError) as error:
        _say(error.message, error.remedy)
        sys.exit(2 if isinstance(error, InvalidPost) else 1)
    except SQLAlchemyError as error:
        _say(f"the database: {str(error).splitlines()[0]}", "check DENGAR_DATABASE_URL, then run: dengar migrate")
        sys.exit(1)


def _say(message: str, remedy: str) -> None:
    """Words of a stranger are neither markup nor always UTF-8."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print("dengar: ", style="bold red", end="")
    console.print(_printable(message), markup=False)
    if remedy:
        console.print(f"        {_printable(remedy)}", markup=False)


def _printable(text: str) -> str:
    """Text that every terminal takes: a file's name may hold bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
