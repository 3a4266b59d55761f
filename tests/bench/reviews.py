"""Sentiment of reviews: the published test of Indonesian encoders, answered by the head that only trains.

`make bench-reviews OPTIONS='--data ../shared/data/train'`. Validation parts of SmSA (IndoNLU) and NusaX, Javanese and
Sundanese, macro-F1. The network is measured as it lies in the artifact, in float32; the graph that serves has no
such head.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from models import registry
from models.measure import macro_f1
from models.sources import REVIEW, TONES, Source, read
from models.train import logits_of, restored

PARTS = {
    "SmSA": ("smsa/valid.tsv", 0.915),
    "NusaX Javanese": ("nusax/javanese_valid.csv", 0.80),
    "NusaX Sundanese": ("nusax/sundanese_valid.csv", 0.80),
}
"""Name -> file in the folder, and the goal."""

console = Console(highlight=False, soft_wrap=True)


def main(data: Annotated[Path, typer.Option(help="Folder with smsa/ and nusax/.")]) -> None:
    """Measure and print; exit 1 if a goal is missed."""
    network, tokenizer = restored(str(registry.current()))
    table = Table("part", "posts", "macro-F1", "goal", box=None)
    missed = False
    for name, (file, goal) in PARTS.items():
        examples = read(Source(name, (data / file,), "reviews", "", 1.0))
        said = logits_of(network, tokenizer, [example.text for example in examples])[REVIEW].argmax(axis=1)
        figure = macro_f1([example.labels[REVIEW] for example in examples], [TONES[spot] for spot in said])
        missed |= figure < goal
        table.add_row(name, str(len(examples)), f"{figure:.3f}", f"{goal}")
    console.print(table)
    raise typer.Exit(missed)


if __name__ == "__main__":
    typer.run(main)
