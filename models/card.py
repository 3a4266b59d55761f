"""The model card of an artifact: README.md beside it, written from its own figures and never by hand."""

from pathlib import Path

from models import artifact as artifacts
from models.artifact import CARD, Artifact
from models.measure import Figures
from models.predictions import HEADS

_TEXT = """# {version}

A small reader of Indonesian posts to local governments: intent, topic, urgency, sentiment. Tf-idf of words,
word pairs and letter groups, one logistic regression a head. It is the floor that better models must beat,
and what serves until one does. Its word is advice: `doubts` marks what a person should look at first.

- Learnt from: {sources}; {posts} posts. `models/corpus/DATASHEET.md` tells who wrote them and what they lack.
- Licence: the project's, as the corpus is.
- Made by: `{command}`. Recipe: {recipe}.

## Figures
Held-out: each post read by a model that saw neither it, its near-duplicates nor its incident ({folds} folds).
{gold_note}

{figures}

Temperature and thresholds were chosen on these same held-out readings, so the held-out column flatters a
little. Share of held-out posts flagged: {doubted}.

## Thresholds
Darurat from P(darurat) >= {darurat}, though another label be likelier; at least tinggi from P(darurat) +
P(tinggi) >= {tinggi}. Limits on P(darurat), and what they would do on held-out posts:

| limit | recall of darurat | precision | share of other posts alarmed |
|---|---|---|---|
{curve}

A person should look ("doubts") where the best score is under: {doubts}.

## Known weaknesses
- The corpus holds far more emergencies than a real stream, and shorter posts. On real posts most of what this
  model calls darurat is not: treat it as an order of reading, not as an alarm that wakes people.
- Irony, metaphors in new words and regional languages beyond Javanese and Sundanese are read poorly.
- It finds no places: `spans` is always empty.
"""


def write(folder: Path, gold: Figures | None = None, command: str = "") -> None:
    """Write the card of the artifact in ``folder``.

    ``gold`` are figures on real posts, ``command`` what measured them; without, the card says "not measured".
    """
    artifact = artifacts.load(folder)
    text = _TEXT.format(
        version=artifact.version,
        gold_note=_gold_note(gold, command),
        figures=_figures({"held-out": artifact.metrics["held_out"]} | ({"real posts": gold} if gold else {})),
        **_origin(artifact),
        **_limits(artifact),
    )
    folder.joinpath(CARD).write_text(text, encoding="utf-8")


def _gold_note(gold: Figures | None, command: str) -> str:
    if gold is None:
        return "Real posts: not measured."
    counts = f"{gold['darurat']['posts']} darurat, {gold['urgent']['posts']} darurat or tinggi"
    return (
        f"Real posts, which did not train it ({counts} among them): `{command}`. The recall\n"
        "wanted of the alarm thresholds was lowered once, from 0.85, after a first look at real posts showed a\n"
        "fifth of them called darurat."
    )


def _origin(artifact: Artifact) -> dict[str, str]:
    lineage = artifact.lineage
    sources = [f"`{source['file']}` (sha256 {source['sha256'][:12]}...)" for source in lineage["sources"]]
    return {
        "sources": ", ".join(sources),
        "posts": str(lineage["posts"]),
        "command": lineage["command"],
        "recipe": ", ".join(f"{key} {value}" for key, value in lineage["recipe"].items()),
        "folds": str(lineage["recipe"]["folds"]),
    }


def _limits(artifact: Artifact) -> dict[str, str]:
    limits = artifact.thresholds
    doubted = artifact.metrics["doubted"]
    keys = ("limit", "recall", "precision", "false_alarms")
    curve = [[f"{row[key]:.3f}" for key in keys] for row in artifact.metrics["alarm_curve"]]
    return {
        "darurat": str(limits.alarm_darurat),
        "tinggi": str(limits.alarm_tinggi),
        "curve": "\n".join(f"| {' | '.join(row)} |" for row in curve),
        "doubts": ", ".join(f"{head} {limit:.2f}" for head, limit in limits.doubt.items()),
        "doubted": ", ".join(f"{head} {doubted[head]:.0%}" for head in HEADS),
    }


def _figures(columns: dict[str, Figures]) -> str:
    wanted = [(head, f"{head}: accuracy / macro-F1", "accuracy", "macro_f1") for head in HEADS]
    wanted += [
        ("darurat", "darurat: recall / precision", "recall", "precision"),
        ("urgent", "darurat + tinggi: recall / precision", "recall", "precision"),
        ("darurat", "share of posts called darurat / precision of that", "called", "precision"),
    ]
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for key, title, first, second in wanted:
        cells = [f"{figures[key][first]:.3f} / {figures[key][second]:.3f}" for figures in columns.values()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)
