"""From sources to a published reader: train, embed, round to int8, calibrate, measure, save, promote.

python -m models.publish --data FOLDER --base FOLDER --without gold.jsonl
python -m models.publish --labels corrections.jsonl --out candidate --no-promote

Without --data it learns from the texts that lie in this repository alone; without --base it goes on from the
reader that serves. Needs the ``train`` extra.
"""

import argparse
import random
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np
import orjson
import safetensors.numpy
from rich.console import Console
from rich.progress import Progress

from models import artifact as artifacts
from models import calibrate, card, embed, registry
from models import train as training
from models.artifact import ENCODER, GRAPH, TOKENIZER, WEIGHTS
from models.base import config_of
from models.command import RESUMES, status_of
from models.encoder import EncoderReader, Raw
from models.errors import ArtifactRefused
from models.export import export, ranges_of, servable
from models.graph import graph
from models.measure import alarm_curve, calibration_error, measure, place_f1
from models.network import ReaderNetwork
from models.predictions import HEADS, Prediction
from models.sources import Example, Source, listed
from models.taxonomy import load as load_taxonomy
from models.thresholds import DARURAT, TINGGI, Thresholds
from models.tokens import READ_BY, PostTokenizer
from models.train import Material, Recipe

NAME = "reader"
UNCALIBRATED = Thresholds(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.5), 0.5, 0.5)
RANGE_POSTS = 600
"""Posts that set the ranges of the int8 layers."""


def publish(
    sources: Sequence[Source],
    material: Material,
    recipe: Recipe,
    without: Sequence[Path],
    work: Path,
    out: Path,
    release: str,
    progress: Progress,
    command: str,
) -> str:
    """Train on ``material`` and save the artifact in ``out``; returns its version. ``work`` is kept for resuming.

    Raises ModelsError; for an encoder that could not be served, before it trains.
    """
    servable(config_of(recipe.base))
    network, tokenizer = training.fit(material, recipe, work, progress)
    near = embed.fit(network, tokenizer, material.learning, recipe.seed, progress)
    parts = _parts(network, tokenizer, material, recipe) | {
        "lineage.json": artifacts.written(_lineage(sources, material, recipe, without, command)),
    }
    # Thresholds are chosen on what will serve: so it is saved once without them, and read with.
    draft = work / "draft"
    artifacts.save(draft, NAME, release, parts)
    texts = [e.text for e in material.held_out]
    raw = EncoderReader.open(draft).raw(texts)
    parts["thresholds.json"] = artifacts.thresholds_part(_limits(material.held_out, raw))
    artifacts.save(draft, NAME, release, parts)
    predictions = EncoderReader.open(draft).read(texts)
    chance = [p.scores["urgency"][DARURAT] for p in predictions]
    metrics = {
        "held_out": _figures(material.held_out, predictions),
        "doubted": {head: round(float(np.mean([head in p.doubts for p in predictions])), 4) for head in HEADS},
        "alarm_curve": alarm_curve(chance, [e.labels["urgency"] for e in material.held_out]),
        "promised": _promised(material.held_out, predictions),
        "epochs": orjson.loads((work / training.JOURNAL).read_bytes()),
        "embedding": near,
        "int8_agrees": _agreement(training.logits_of(network, tokenizer, texts), raw),
    }
    parts["metrics.json"] = artifacts.written(metrics)
    shutil.rmtree(draft)
    return artifacts.save(out, NAME, release, parts)


def _parts(network: ReaderNetwork, tokenizer: PostTokenizer, material: Material, recipe: Recipe) -> dict[str, bytes]:
    """The files of the artifact that come from the network, and stand-ins for thresholds and figures."""
    draw = random.Random(recipe.seed)  # noqa: S311 - a sample
    posts = [example.text for example in material.refining if set(example.labels) >= set(HEADS)]
    sample = draw.sample(posts, min(RANGE_POSTS, len(posts)))
    exported = export(network, ranges_of(network, tokenizer, sample), HEADS)
    weights = safetensors.numpy.save(dict(exported.weights))
    shape = orjson.loads(network.encoder.config.to_json_string(use_diff=False))
    shape.pop("_name_or_path", None)  # where the base lay on this machine is nobody's business
    return {
        WEIGHTS: weights,
        GRAPH: graph(exported, weights),
        TOKENIZER: tokenizer.tokenizer.to_str().encode(),
        ENCODER: artifacts.written(shape),
        "labels.json": artifacts.labels_part(),
        "thresholds.json": artifacts.thresholds_part(UNCALIBRATED),
        "metrics.json": artifacts.written({}),
    }


def _limits(posts: Sequence[Example], raw: Sequence[Raw]) -> Thresholds:
    taxonomy = load_taxonomy()
    logits = {head: np.stack([one.logits[head] for one in raw]).astype(np.float64) for head in HEADS}
    truth = {head: np.array([taxonomy.labels(head).index(e.labels[head]) for e in posts]) for head in HEADS}
    return calibrate.choose(logits, truth, taxonomy.labels("urgency"))


def _figures(posts: Sequence[Example], predictions: Sequence[Prediction]) -> dict[str, dict[str, float]]:
    truth = {head: [e.labels[head] for e in posts] for head in HEADS}
    figures = measure(truth, {head: [p.label(head) for p in predictions] for head in HEADS})
    for head in HEADS:
        figures[head]["ece"] = calibration_error([p.scores[head] for p in predictions], truth[head])
    # Where nobody looked for places, none that is found is wrong.
    looked = [(e, e.places, p) for e, p in zip(posts, predictions, strict=True) if e.places is not None]
    spans = [[e.text[start:end] for start, end in places] for e, places, _ in looked]
    figures["places"] = {"token_f1": place_f1(spans, [p.spans for _, _, p in looked])}
    return figures


def _promised(posts: Sequence[Example], predictions: Sequence[Prediction]) -> dict[str, float]:
    share = np.array([p.scores["urgency"][DARURAT] + p.scores["urgency"][TINGGI] for p in predictions])
    return calibrate.promised(share, np.array([e.labels["urgency"] in {DARURAT, TINGGI} for e in posts]))


def _agreement(whole: Mapping[str, training.Logits], raw: Sequence[Raw]) -> dict[str, float]:
    """Share of posts that the int8 graph labels as the float network does, by head."""
    said = {head: np.stack([one.logits[head] for one in raw]).argmax(axis=1) for head in HEADS}
    return {head: round(float((whole[head].argmax(axis=1) == said[head]).mean()), 4) for head in HEADS}


def _lineage(
    sources: Sequence[Source], material: Material, recipe: Recipe, without: Sequence[Path], command: str
) -> dict[str, object]:
    files = sorted({file for source in sources for file in (*source.texts, *source.labels)})
    return {
        "command": command,
        **training.lineage_of(recipe, sources, material),
        "files": [_told(file) for file in (*files, *READ_BY)],
        "without": [_told(file) for file in without],
        "taxonomy": load_taxonomy().version,
        "libraries": {name: version(name) for name in ("torch", "transformers", "sentence-transformers", "onnx")},
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def _told(file: Path) -> dict[str, str]:
    return {"file": file.name, "sha256": sha256(file.read_bytes()).hexdigest()}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dengar train",
        description="Train a reader and save it as an artifact. Killed, it goes on where it was.",
        epilog="example: dengar train --labels corrections.jsonl --out candidate --no-promote",
    )
    default = Recipe(base="")
    home = registry.PRETRAINED / NAME
    add = parser.add_argument
    add("--data", type=Path, help="folder that data: stands for in models/sources.toml (default: leave those out)")
    add("--labels", type=Path, action="append", default=[], help="more posts, as `dengar labels export` writes")
    add("--base", help="encoder to start from: folder or hub name (default: the reader that serves)")
    add("--without", type=Path, action="append", default=[], help="posts that must stay unseen, with near-copies")
    add("--licensed-only", action="store_true", help="leave out sources that state no licence")
    add("--out", type=Path, default=home, help="folder to write (default: models/pretrained/reader, which serves)")
    add("--work", type=Path, default=Path("var/training"), help="checkpoints of a run (default: var/training)")
    add("--broad-epochs", type=float, default=default.broad_epochs, help="passes over all sources, at most 1")
    add("--epochs", type=int, default=default.refine_epochs, help="most passes over the refining sources")
    add("--rate", type=float, default=default.rate, help="highest learning rate of the encoder")
    add("--seed", type=int, default=default.seed)
    add("--limit", type=int, help="learn from this many posts only: a quick trial")
    add("--release", default=f"{datetime.now(UTC):%Y.%m}", help="year.month in the version")
    add("--no-promote", action="store_true", help="save, but serve the present model on")
    chosen = parser.parse_args(arguments)
    if chosen.broad_epochs < 0 or chosen.epochs < 0 or not chosen.broad_epochs + chosen.epochs:
        parser.error("--broad-epochs and --epochs: one must be above 0, none below")
    if chosen.rate <= 0:
        parser.error("--rate must be above 0")
    if chosen.limit is not None and chosen.limit < 1:
        parser.error("--limit must be 1 or more")
    return chosen


def _serves(folder: Path) -> bool:
    try:
        return folder.resolve() == registry.current().resolve()
    except ArtifactRefused:
        return False  # nothing does


def _train(chosen: argparse.Namespace, words: Sequence[str], console: Console) -> None:
    promoting = not chosen.no_promote and chosen.out.resolve().parent == registry.PRETRAINED.resolve()
    if not promoting and _serves(chosen.out):
        problem = "serves, and would not once it holds another version unpromoted"
        raise ArtifactRefused(chosen.out, problem, remedy="name another folder with --out, or leave out --no-promote")
    sources = listed(chosen.data, licensed_only=chosen.licensed_only)
    sources += [Source(file.stem, (file,), "posts", "the city's own", 2.0, refine=True) for file in chosen.labels]
    recipe = Recipe(
        base=chosen.base or str(registry.current()),
        seed=chosen.seed,
        broad_epochs=chosen.broad_epochs,
        refine_epochs=chosen.epochs,
        rate=chosen.rate,
    )
    material = training.gather(sources, chosen.without, recipe)
    if chosen.limit:
        material = training.sampled(material, chosen.limit, recipe.seed)
    learning, refining, held_out = map(len, (material.learning, material.refining, material.held_out))
    console.print(f"{learning} texts, {refining} to refine by, {held_out} held out")
    command = card.told("dengar train", words)
    with Progress(console=console) as progress:
        name = publish(
            sources, material, recipe, chosen.without, chosen.work, chosen.out, chosen.release, progress, command
        )
    if promoting:
        registry.promote(chosen.out.name, name)
    card.write(chosen.out)
    console.print(f"{name} saved in {chosen.out}{', and serves from now on' if promoting else ''}")
    console.print(artifacts.load(chosen.out).metrics["held_out"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status of ``status_of``."""
    chosen = _arguments(arguments)
    console = Console(stderr=True, soft_wrap=True)
    words = sys.argv[1:] if arguments is None else arguments
    return status_of(lambda: _train(chosen, words, console), console, RESUMES)


if __name__ == "__main__":
    sys.exit(main())
