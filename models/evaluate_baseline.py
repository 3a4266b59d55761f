"""Measure the served baseline on labelled posts that it never saw.

python -m models.evaluate_baseline gold.jsonl --write-card
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models import card, registry
from models.baseline import BaselineReader
from models.dataset import read_posts
from models.errors import ModelsError
from models.measure import Figures, measure
from models.predictions import HEADS


def evaluate(gold: Path, folder: Path) -> Figures:
    """Figures of the artifact in ``folder`` on the posts of ``gold``. Raises ModelsError."""
    posts = read_posts(gold)
    predictions = BaselineReader.open(folder).read([post.text for post in posts])
    return measure(
        {head: [post.label(head) for post in posts] for head in HEADS},
        {head: [prediction.label(head) for prediction in predictions] for head in HEADS},
    )


def _table(figures: Figures) -> Table:
    table = Table("", "accuracy", "macro-F1", "recall", "precision", "called", "posts")
    for name, row in figures.items():
        shares = (row.get(key) for key in ("accuracy", "macro_f1", "recall", "precision", "called"))
        counted = f"{row['posts']:.0f}" if "posts" in row else ""
        table.add_row(name, *("" if share is None else f"{share:.3f}" for share in shares), counted)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status: 0, or 1 with the error told."""
    parser = argparse.ArgumentParser(
        prog="python -m models.evaluate_baseline",
        description="Accuracy and macro-F1 per head; recall and precision of the urgent posts.",
        epilog="example: python -m models.evaluate_baseline gold.jsonl --write-card",
    )
    parser.add_argument("gold", type=Path, help="labelled posts, JSONL: id, text and the four heads")
    parser.add_argument("--artifact", type=Path, help="folder (default: the one that serves)")
    parser.add_argument("--write-card", action="store_true", help="write the figures into the model card")
    chosen = parser.parse_args(arguments)
    try:
        folder = chosen.artifact or registry.current()
        figures = evaluate(chosen.gold, folder)
        if chosen.write_card:
            card.write(folder, figures, f"python -m models.evaluate_baseline {chosen.gold}")
    except ModelsError as error:
        Console(stderr=True).print(f"{error.code}: {error}", style="red", highlight=False, markup=False)
        return 1
    Console().print(_table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
