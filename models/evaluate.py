"""Measure a reader on labelled posts that it never saw.

dengar evaluate gold.jsonl --json figures.json
dengar evaluate gold.jsonl --baselines --data FOLDER --robustness --write-card

Gold lines hold id, text and the four heads, and may hold location (verbatim spans joined by " ; "), source,
lang, and accept: {head: [labels that also count]}. Serving packages suffice, but for --baselines and pictures.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from models import baselines, card, pictures, registry, robustness, tables
from models.command import status_of
from models.dataset import LabelledPost, labelled
from models.encoder import EncoderReader
from models.jsonl import Row
from models.measure import (
    URGENT,
    Figures,
    alarm_curve,
    calibration_error,
    classes,
    confusion,
    found,
    measure,
    place_f1,
    reliability,
)
from models.predictions import HEADS, Prediction, Reader
from models.taxonomy import load as load_taxonomy
from models.thresholds import DARURAT, TINGGI

BEHAVIOUR = Path(__file__).with_name("corpus") / "behaviour.jsonl"
AT_ONCE = 256
"""Posts read between two looks at the progress bar."""
_LANGUAGES = {"codemix_jawa": "jv", "codemix_sunda": "su"}


@dataclass(frozen=True, slots=True)
class Gold:
    """A labelled post, with what else is known about it."""

    post: LabelledPost
    source: str
    lang: str
    located: bool
    """Whether somebody looked for places."""
    accept: Mapping[str, Sequence[str]]
    """head -> labels that count as right beside the post's own."""

    def truth(self, head: str, said: str) -> str:
        """What ``said`` is measured against: itself where it is accepted, else the post's label."""
        return said if said in self.accept.get(head, ()) else self.post.label(head)

    @property
    def length(self) -> str:
        """The name of its slice by words."""
        words = len(self.post.text.split())
        return "1 to 14 words" if words < 15 else "15 to 40 words" if words <= 40 else "41 words or more"


def read_gold(path: Path) -> list[Gold]:
    """The posts of a gold file. Raises CorpusRefused at the first bad line, with its number."""
    gold = []
    for row, post in labelled(path):
        source, accept = row.values.get("source") or "", row.values.get("accept") or {}
        lang = row.values.get("lang") or _LANGUAGES.get(str(source), "id")
        for field, value in (("source", source), ("lang", lang)):
            if not isinstance(value, str):
                raise row.refused(f"{field} must be a text")
        _refuse_unknown(row, accept)
        gold.append(Gold(post, source, lang, "location" in row.values, accept))
    return gold


def _refuse_unknown(row: Row, accept: object) -> None:
    if not isinstance(accept, dict) or not set(accept) <= set(HEADS):
        raise row.refused(f"accept must be an object of {', '.join(HEADS)}")
    for head, labels in accept.items():
        known = load_taxonomy().labels(head)
        if not isinstance(labels, list) or not all(label in known for label in labels):
            raise row.refused(f"accept: {head} must be a list of its labels", f"use some of: {', '.join(known)}")


def figures(gold: Sequence[Gold], said: baselines.Answers) -> Figures:
    """As ``measure``, by the labels accepted of each post; urgent and darurat by its own label alone."""
    rows = measure({head: _truth(gold, head, said[head]) for head in HEADS}, said)
    own = [one.post.urgency for one in gold]
    return rows | {"darurat": found(own, said["urgency"], {DARURAT}), "urgent": found(own, said["urgency"], URGENT)}


def evaluate(reader: Reader, gold: Sequence[Gold]) -> dict[str, Any]:
    """All figures of a reader on ``gold``, as JSON holds them; the keys are those of the model card."""
    predictions = reader.read([one.post.text for one in gold])
    said = {head: [prediction.label(head) for prediction in predictions] for head in HEADS}
    truth = {head: _truth(gold, head, said[head]) for head in HEADS}
    scores = {head: [prediction.scores[head] for prediction in predictions] for head in HEADS}
    # Urgency may be raised above the likeliest label; sureness is about the likeliest.
    likeliest = {head: [max(row, key=lambda label: row[label]) for row in scores[head]] for head in HEADS}
    meant = {head: _truth(gold, head, likeliest[head]) for head in HEADS}
    rows = figures(gold, said)
    for head in HEADS:
        rows[head]["ece"] = calibration_error(scores[head], meant[head])
    rows["places"] = {"token_f1": _place_f1(gold, predictions)}
    taxonomy = load_taxonomy()
    own = [one.post.urgency for one in gold]
    darurat = [row[DARURAT] for row in scores["urgency"]]
    urgent = [row[DARURAT] + row[TINGGI] for row in scores["urgency"]]
    doubted = {head: _share([head in prediction.doubts for prediction in predictions]) for head in HEADS}
    return {
        "reader": reader.version,
        "posts": len(gold),
        "figures": rows,
        "classes": {head: classes(truth[head], said[head], taxonomy.labels(head)) for head in HEADS},
        "confusion": {head: _confused(truth[head], said[head], head) for head in ("urgency", "intent")},
        "reliability": {head: reliability(scores[head], meant[head]) for head in HEADS},
        "doubted": doubted | {"any": _share([prediction.review for prediction in predictions])},
        "alarm_curve": {
            "darurat": alarm_curve(darurat, own),
            "urgent": alarm_curve(urgent, own, URGENT),
        },
        "slices": slices(gold, said),
    }


def slices(gold: Sequence[Gold], said: baselines.Answers) -> dict[str, dict[str, dict[str, float]]]:
    """Kind of slice -> slice -> posts, accuracy of each head, and how urgent posts were found."""
    kinds = {
        "source": [one.source or "not told" for one in gold],
        "length": [one.length for one in gold],
        "lang": [one.lang for one in gold],
    }
    cells: dict[str, dict[str, dict[str, float]]] = {}
    for kind, names in kinds.items():
        cells[kind] = {}
        for name in sorted(set(names)):
            spots = [n for n, other in enumerate(names) if other == name]
            rows = figures([gold[n] for n in spots], {head: [said[head][n] for n in spots] for head in HEADS})
            urgent = {f"urgent_{key}": rows["urgent"][key] for key in ("posts", "hits", "false_alarms")}
            cells[kind][name] = {"posts": len(spots)} | {head: rows[head]["accuracy"] for head in HEADS} | urgent
    return cells


def _truth(gold: Sequence[Gold], head: str, said: Sequence[str]) -> list[str]:
    return [one.truth(head, label) for one, label in zip(gold, said, strict=True)]


def _place_f1(gold: Sequence[Gold], predictions: Sequence[Prediction]) -> float:
    pairs = [(one.post.location, p.spans) for one, p in zip(gold, predictions, strict=True) if one.located]
    return place_f1([[location] for location, _ in pairs], [spans for _, spans in pairs])


def _confused(truth: Sequence[str], said: Sequence[str], head: str) -> dict[str, Any]:
    labels = load_taxonomy().labels(head)
    return {"labels": list(labels), "posts": confusion(truth, said, labels)}


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / max(1, len(flags)), 4)


class _Watched:
    """A reader that shows how far it is."""

    def __init__(self, reader: Reader, progress: Progress) -> None:
        self._reader, self._progress = reader, progress

    @property
    def version(self) -> str:
        return self._reader.version

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        task = self._progress.add_task(f"reading with {self.version}", total=len(texts))
        predictions: list[Prediction] = []
        for start in range(0, len(texts), AT_ONCE):
            predictions += self._reader.read(texts[start : start + AT_ONCE])
            self._progress.update(task, completed=len(predictions))
        self._progress.remove_task(task)
        return predictions


def _compared(gold: Sequence[Gold], chosen: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Figures of the baselines, taught in this very run, and what taught them."""
    examples = baselines.posts(chosen.data, [chosen.gold])
    tasks = {
        method: progress.add_task(baselines.TITLES[method], total=1.0) for method in baselines.methods(chosen.base)
    }
    texts = [one.post.text for one in gold]
    answers = baselines.read(
        examples, texts, chosen.base, lambda method, share: progress.update(tasks[method], advance=share)
    )
    titles = dict(baselines.TITLES)
    titles[baselines.FROZEN] += f" ({min(baselines.FROZEN_POSTS, len(examples)):,} posts)"
    rows = {titles[method]: figures(gold, said) for method, said in answers.items()}
    return {"posts": len(examples), "figures": rows}


def _report(chosen: argparse.Namespace, folder: Path, progress: Progress) -> dict[str, Any]:
    gold = read_gold(chosen.gold)
    cases = robustness.read_cases(chosen.behaviour) if chosen.behaviour else []
    others = [EncoderReader.open(other) for other in chosen.beside]
    reader = _Watched(EncoderReader.open(folder), progress)
    report = evaluate(reader, gold)
    report["gold"] = {"file": chosen.gold.name, "sha256": sha256(chosen.gold.read_bytes()).hexdigest()}
    report["beside"] = [
        {"reader": other.version, "licensed_only": card.licensed_only(other.artifact)}
        | {"figures": evaluate(_Watched(other, progress), gold)["figures"]}
        for other in others
    ]
    if cases:
        report["behaviour"] = robustness.behaviour(reader, cases)
    if chosen.robustness:
        report["robustness"] = robustness.flips(reader, [one.post.text for one in gold])
    if chosen.baselines:
        report["baselines"] = _compared(gold, chosen, progress)
    return report


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dengar evaluate",
        description="Figures of a reader on labelled posts that it never saw.",
        epilog="example: dengar evaluate gold.jsonl --robustness --write-card",
    )
    add = parser.add_argument
    add("gold", type=Path, help="labelled posts, JSONL: id, text and the four heads")
    add("--artifact", type=Path, help="folder (default: the one that serves)")
    add("--beside", type=Path, action="append", default=[], help="another artifact to compare with; may be repeated")
    add("--json", type=Path, metavar="FILE", help="write all figures there")
    add("--write-card", action="store_true", help="write the figures into the model card, with pictures")
    add("--baselines", action="store_true", help="train and measure simpler methods on the same posts")
    add("--data", type=Path, help="for --baselines: folder that data: stands for in models/sources.toml")
    add("--base", help="for --baselines: encoder to measure frozen, a folder or hub name")
    add("--behaviour", type=Path, metavar="FILE", help="posts written to be hard (default: those of the repository)")
    add("--robustness", action="store_true", help="read the posts again, written otherwise")
    chosen = parser.parse_args(arguments)
    if not chosen.baselines and (chosen.data or chosen.base):
        parser.error("--data and --base are for --baselines: give that too")
    if chosen.json and (chosen.json.is_dir() or not chosen.json.absolute().parent.is_dir()):
        parser.error(f"--json {chosen.json}: name a file in a folder that exists")
    if chosen.behaviour is None and BEHAVIOUR.is_file():
        chosen.behaviour = BEHAVIOUR
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status of ``status_of``."""
    chosen = _arguments(arguments)
    errors = Console(stderr=True)
    words = sys.argv[1:] if arguments is None else arguments
    return status_of(lambda: _evaluate(chosen, words, errors), errors)


def _evaluate(chosen: argparse.Namespace, words: Sequence[str], errors: Console) -> None:
    if chosen.write_card:
        pictures.require()
    folder = chosen.artifact or registry.current()
    with Progress(console=errors, transient=True) as progress:
        report = _report(chosen, folder, progress)
    if chosen.json:
        chosen.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if chosen.write_card:
        pictures.draw(report, folder)
        card.write(folder, report, card.told("dengar evaluate", words))
    console = Console()
    for grid in tables.every(report):
        columns = [Column(name, justify="right" if at else "left") for at, name in enumerate(grid.columns)]
        table = Table(*columns, title=grid.title, title_justify="left")
        for row in grid.rows:
            table.add_row(*map(Text, row))
        console.print(table)


if __name__ == "__main__":
    sys.exit(main())
