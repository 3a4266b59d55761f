"""`dengar train` and `dengar evaluate`: make a reader and measure it, each in a process of its own.

Nothing here, nor in any process that serves, imports the libraries of training.
"""

import inspect
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from models.errors import TrainingUnavailable

PACKAGES = ("torch", "transformers", "sentence_transformers", "onnx")
"""Of the train extra, by the names that are imported: without these no training begins."""

KILLED = 128
"""What a shell adds to the number of the signal that ended a process."""

console = Console(highlight=False, soft_wrap=True)


class HandedOver(TyperCommand):
    """A command all of whose words, `--help` and `--` too, are for another program."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Leave the words as they are, in ``ctx.args``."""
        super().parse_args(ctx, [])
        ctx.args = args
        return args


def train(context: typer.Context) -> None:
    """Train a reader and save it as an artifact; alone, it goes on from the reader that serves.

    Killed, it goes on where it was. Needs the train extra: pip install '.\\[train]'.

    Example: [cyan]dengar train --labels corrections.jsonl --out candidate --no-promote[/]
    """
    _hand_over("models.publish", train.__doc__, context.args, PACKAGES)


def evaluate(context: typer.Context) -> None:
    """Measure a reader on labelled posts that it has not learnt from.

    Pictures and simpler methods to compare with need the train extra: pip install '.\\[train]'.

    Example: [cyan]dengar evaluate gold.jsonl[/]
    """
    _hand_over("models.evaluate", evaluate.__doc__, context.args, ())


def _hand_over(module: str, says: str | None, words: Sequence[str], packages: Sequence[str]) -> None:
    """Run a module with these words; its exit status is ours. Raises TrainingUnavailable for a missing package."""
    helps = any(word in ("-h", "--help") for word in words)
    if helps:
        console.print(f"{inspect.cleandoc(says or '')}\n")
    for package in packages:
        if find_spec(package) is None:
            raise TrainingUnavailable(package)
    # -P: a folder `models` where the person stands must not be taken for the package.
    command = [sys.executable, "-P", "-m", module, *words]
    if helps:
        shown = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our module
        typer.echo(shown.stdout, nl=False)
        raise typer.Exit(shown.returncode)
    raise typer.Exit(run_to_end(command))


def run_to_end(command: Sequence[str]) -> int:
    """Run a process to its end and return its exit status; who stops us stops it, and we wait for its last word."""
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if not running:
            early.append(number)
        elif number != signal.SIGINT:  # Ctrl-C reaches it by itself
            running[0].send_signal(number)

    # Set before the process is there: from then on it must never be left alone.
    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with subprocess.Popen(command) as process:  # noqa: S603 - our module
            running.append(process)
            for number in early:
                process.send_signal(number)
            status = process.wait()
    finally:
        for known, handler in before.items():
            signal.signal(known, handler)
    return status if status >= 0 else KILLED - status
