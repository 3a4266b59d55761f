"""The figures of a reader as tables of text, for its card and for the console alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from models.predictions import HEADS

Report = Mapping[str, Any]
"""What ``models.evaluate`` found out, by its keys."""
LONGEST = 60
"""Characters of a cell in a card."""
Rows = Mapping[str, Mapping[str, Any]]
"""Reader -> its figures, see ``models.measure.measure``."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of text."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table without its title."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    # Names come from people's files, and a bar or a line break would end the cell.
    return " ".join(text.split())[:LONGEST].replace("|", "\\|")


def every(report: Report) -> list[Grid]:
    """All tables of an evaluation, in the order in which they matter."""
    rows = compared(report)
    grids = [labels(rows), alarms(rows), sureness(report["figures"], report["doubted"])]
    grids += [*curves(report), *slices(report), *(classes(report, head) for head in HEADS)]
    if "behaviour" in report:
        grids.append(behaviour(report))
    if "robustness" in report:
        grids.append(robustness(report))
    return grids


def compared(report: Report) -> Rows:
    """The reader of an evaluation, then what was measured beside it on the same posts."""
    rows: dict[str, Mapping[str, Any]] = {"this reader": report["figures"]}
    for other in report.get("beside", ()):
        rows[f"{other['reader']}{', licensed sources only' if other['licensed_only'] else ''}"] = other["figures"]
    rows.update(report.get("baselines", {}).get("figures", {}))
    return rows


def labels(rows: Rows) -> Grid:
    """How often each reader gives the right label."""
    body = [
        [name, *(f"{row[head]['accuracy']:.3f} / {row[head]['macro_f1']:.3f}" for head in HEADS)]
        for name, row in rows.items()
    ]
    return Grid("Right labels: accuracy / macro-F1", ["", *HEADS], body)


def alarms(rows: Rows) -> Grid:
    """What each reader finds of what cannot wait, what else it raises, and the places it finds."""
    body = []
    for name, row in rows.items():
        darurat, urgent = row["darurat"], row["urgent"]
        body.append(
            [
                name,
                f"{darurat['hits']} of {darurat['posts']}",
                f"{darurat['false_alarms']:.1%}",
                f"{urgent['recall']:.3f} ({urgent['low']:.2f} to {urgent['high']:.2f})",
                f"{urgent['precision']:.3f}",
                f"{urgent['false_alarms']:.1%}",
                f"{row['places']['token_f1']:.3f}" if "places" in row else "none",
            ]
        )
    columns = ["", "darurat found", "false", "urgent recall (95 %)", "precision", "false", "place F1"]
    return Grid("What cannot wait", columns, body)


def sureness(figures: Mapping[str, Any], doubted: Mapping[str, float]) -> Grid:
    """How far the chances a reader gives can be trusted, and how many posts it would show to a person."""
    body = [[head, f"{figures[head]['ece']:.3f}", f"{doubted[head]:.1%}"] for head in HEADS]
    if "any" in doubted:
        body.append(["any", "", f"{doubted['any']:.1%}"])
    return Grid("Sureness", ["head", "calibration error", "posts in doubt"], body)


def curves(report: Report) -> list[Grid]:
    """What other alarm thresholds would do on the posts of an evaluation."""
    chances = {"darurat": "P(darurat)", "urgent": "P(darurat) + P(tinggi)"}
    return [
        curve(f"Limits on {chances[kind]}, to find what is {kind}", rows)
        for kind, rows in report["alarm_curve"].items()
    ]


def curve(title: str, rows: Sequence[Mapping[str, float]]) -> Grid:
    """One alarm curve, see ``models.measure.alarm_curve``."""
    body = [
        [f"{row['limit']:.2f}", f"{row['recall']:.3f}", f"{row['precision']:.3f}", f"{row['false_alarms']:.1%}"]
        for row in rows
    ]
    return Grid(title, ["limit", "recall", "precision", "share of other posts alarmed"], body)


def slices(report: Report) -> list[Grid]:
    """Accuracy of each head on parts of the posts, a table for each way of parting them."""
    columns = ["posts", *HEADS, "urgent found", "false"]
    return [
        Grid(f"Accuracy by {kind}", [kind, *columns], [_slice(name, cell) for name, cell in cells.items()])
        for kind, cells in report["slices"].items()
    ]


def _slice(name: str, cell: Mapping[str, float]) -> list[str]:
    urgent = [f"{cell['urgent_hits']} of {cell['urgent_posts']}", f"{cell['urgent_false_alarms']:.1%}"]
    return [name, str(cell["posts"]), *(f"{cell[head]:.3f}" for head in HEADS), *urgent]


def classes(report: Report, head: str) -> Grid:
    """Each label of a head, in the order of the taxonomy."""
    body = [
        [label, str(row["posts"]), *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))]
        for label, row in report["classes"][head].items()
    ]
    return Grid(f"Labels of {head}", ["label", "posts", "precision", "recall", "F1"], body)


def behaviour(report: Report) -> Grid:
    """Posts written to be hard."""
    titles = {"emergency": "emergencies that must be raised", "hard_negative": "what must raise no alarm"}
    body = [
        [titles[kind], str(row["posts"]), f"{row['passed']:.1%}", f"{row['exact']:.1%}"]
        for kind, row in report["behaviour"].items()
    ]
    return Grid("Behaviour", ["posts written to be hard", "posts", "passed", "urgency exactly as meant"], body)


def robustness(report: Report) -> Grid:
    """How many labels change when posts are written otherwise."""
    body = [[kind, f"{share:.1%}"] for kind, share in report["robustness"].items()]
    return Grid("Robustness", ["posts written otherwise", "labels that change"], body)


def least(report: Report, head: str, posts: int, count: int) -> list[str]:
    """The labels of a head that are read worst by F1, of those with ``posts`` posts or more, as "label (F1)"."""
    rows = [(row["f1"], label) for label, row in report["classes"][head].items() if row["posts"] >= posts]
    return [f"{label} ({f1:.2f})" for f1, label in sorted(rows)[:count]]


def worst_slices(report: Report, posts: int, count: int) -> list[str]:
    """The slices read worst by mean accuracy, of those with ``posts`` posts or more, as "slice (accuracy)"."""
    cells = chain.from_iterable(part.items() for part in report["slices"].values())
    rows = [(sum(cell[h] for h in HEADS) / len(HEADS), name) for name, cell in cells if cell["posts"] >= posts]
    return [f"{name[:LONGEST]} ({accuracy:.2f})" for accuracy, name in sorted(rows)[:count]]
