"""Train the in-repo baseline: posts -> artifact. Needs the ``train`` extra; serving never imports this.

    python -m models.train_baseline
    python -m models.train_baseline --extra labels.jsonl --out models/pretrained/candidate --no-promote

The recipe, top to bottom: read, group near-duplicates, train on four fifths and read the fifth, five times;
choose temperature and thresholds from what was read unseen; train once more on everything; save.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from models import artifact as artifacts
from models import calibrate, card, registry
from models.artifact import Artifact
from models.dataset import LabelledPost, fold_of, group_posts, read_posts, refuse_empty_classes
from models.errors import ModelsError, TrainingUnavailable
from models.features import grams, terms
from models.layers import Layers, Weights
from models.measure import alarm_curve, measure
from models.predictions import HEADS
from models.softmax import softmax
from models.taxonomy import load as load_taxonomy
from models.text import normalise
from models.thresholds import DARURAT, TINGGI, Thresholds, urgency_label

CORPUS = Path(__file__).with_name("corpus") / "written.jsonl"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice that shapes the weights; chosen by held-out folds of the corpus, and by nothing else."""

    seed: int = 2026
    folds: int = 5
    max_features: int = 30_000
    """Of terms, and again of grams."""
    min_df: int = 2
    inverse_penalty: float = 10.0
    """C of the logistic regression."""
    balance: float = 0.5
    """Class weight is (mean count / count) ** balance: 0 trusts the corpus' shares, 1 makes all equal."""
    recall_darurat: float = 0.5
    recall_tinggi: float = 0.6
    """Held-out recall that the alarm thresholds must reach; see the curve in metrics.json for the price."""


DEFAULT = Recipe()


def fit(posts: Sequence[LabelledPost], recipe: Recipe) -> Weights:
    """Train on all posts given. One thread, so that two runs give the same bytes."""
    try:
        from scipy.sparse import hstack  # type: ignore[import-untyped]
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError as error:
        raise TrainingUnavailable(error.name or "scikit-learn") from error
    texts = [normalise(post.text) for post in posts]
    blocks = [
        TfidfVectorizer(
            analyzer=analyzer,
            sublinear_tf=True,
            min_df=recipe.min_df,
            max_features=recipe.max_features,
            dtype=np.float32,
        )
        for analyzer in (terms, grams)
    ]
    matrix = hstack([block.fit_transform(texts) for block in blocks]).tocsr()
    weights, biases = [], []
    for head in HEADS:
        truth = _truth(posts, head)
        labels = np.arange(len(load_taxonomy().labels(head)))
        counts = np.bincount(truth, minlength=len(labels))
        balance = (counts.mean() / np.maximum(counts, 1)) ** recipe.balance
        model = LogisticRegression(
            C=recipe.inverse_penalty, class_weight=dict(enumerate(balance)), max_iter=500, tol=1e-3
        )
        with threadpool_limits(limits=1):
            model.fit(matrix, truth)
        weights.append(model.coef_.T)
        biases.append(model.intercept_)
    return Weights(
        terms=blocks[0].get_feature_names_out().tolist(),
        grams=blocks[1].get_feature_names_out().tolist(),
        idf=np.concatenate([block.idf_ for block in blocks]).astype(np.float32),
        weight=np.concatenate(weights, axis=1).astype(np.float32),
        bias=np.concatenate(biases).astype(np.float32),
    )


def _truth(posts: Sequence[LabelledPost], head: str) -> NDArray[np.intp]:
    labels = load_taxonomy().labels(head)
    return np.array([labels.index(post.label(head)) for post in posts], dtype=np.intp)


def _logits(weights: Weights, posts: Sequence[LabelledPost]) -> dict[str, NDArray[np.float64]]:
    """Logits of the serving code itself, so that thresholds are chosen on what will be served."""
    layers = Layers(weights)
    rows = np.stack([layers.logits(normalise(post.text)) for post in posts]).astype(np.float64)
    cuts = np.cumsum([len(load_taxonomy().labels(head)) for head in HEADS])[:-1]
    return dict(zip(HEADS, np.split(rows, cuts, axis=1), strict=True))


def read_unseen(posts: Sequence[LabelledPost], recipe: Recipe, progress: Progress) -> dict[str, NDArray[np.float64]]:
    """Logits of each post by a model that saw neither it nor its group."""
    groups = group_posts(posts)
    fold = np.array([fold_of(group, recipe.folds, recipe.seed) for group in groups])
    unseen = {head: np.zeros((len(posts), len(load_taxonomy().labels(head)))) for head in HEADS}
    for held_out in progress.track(range(recipe.folds), description="Held-out folds"):
        weights = fit([post for post, f in zip(posts, fold, strict=True) if f != held_out], recipe)
        inside = np.flatnonzero(fold == held_out)
        for head, rows in _logits(weights, [posts[i] for i in inside.tolist()]).items():
            unseen[head][inside] = rows
    return unseen


def train(files: Sequence[Path], recipe: Recipe, release: str, progress: Progress) -> Artifact:
    """The whole recipe. Raises CorpusRefused, or TrainingUnavailable without scikit-learn."""
    posts = [post for file in files for post in read_posts(file)]
    refuse_empty_classes(posts, files[0])
    unseen = read_unseen(posts, recipe, progress)
    truth = {head: _truth(posts, head) for head in HEADS}
    urgencies = load_taxonomy().labels("urgency")
    recalls = {DARURAT: recipe.recall_darurat, TINGGI: recipe.recall_tinggi}
    thresholds = calibrate.choose(unseen, truth, urgencies, recalls)
    task = progress.add_task("All posts", total=1)
    weights = fit(posts, recipe)
    progress.advance(task)
    return Artifact(
        name="baseline",
        release=release,
        weights=weights,
        labels={head: load_taxonomy().labels(head) for head in HEADS},
        thresholds=thresholds,
        metrics=_held_out(posts, unseen, thresholds),
        lineage=_lineage(files, len(posts), recipe),
    )


def _held_out(
    posts: Sequence[LabelledPost], unseen: dict[str, NDArray[np.float64]], thresholds: Thresholds
) -> dict[str, object]:
    taxonomy = load_taxonomy()
    chances = {head: softmax(unseen[head] / thresholds.temperature[head]) for head in HEADS}
    said = {head: [taxonomy.labels(head)[column] for column in chances[head].argmax(axis=1)] for head in HEADS}
    urgencies = taxonomy.labels("urgency")
    rows = [dict(zip(urgencies, row, strict=True)) for row in chances["urgency"].tolist()]
    said["urgency"] = [urgency_label(row, thresholds) for row in rows]
    doubted = {head: round(float((chances[head].max(axis=1) < thresholds.doubt[head]).mean()), 4) for head in HEADS}
    return {
        "held_out": measure({head: [post.label(head) for post in posts] for head in HEADS}, said),
        "doubted": doubted,
        "alarm_curve": alarm_curve([row[DARURAT] for row in rows], [post.urgency for post in posts]),
    }


def _lineage(files: Sequence[Path], posts: int, recipe: Recipe) -> dict[str, object]:
    return {
        "command": " --extra ".join(["python -m models.train_baseline", *(file.name for file in files[1:])]),
        "posts": posts,
        "sources": [{"file": file.name, "sha256": sha256(file.read_bytes()).hexdigest()} for file in files],
        "taxonomy": load_taxonomy().version,
        "recipe": asdict(recipe),
        "libraries": {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "safetensors")},
        "python": ".".join(map(str, sys.version_info[:3])),
    }


_RECALL = "held-out recall that the alarm must reach, 0.05 to 1 (default: %(default)s)"


def _share(text: str) -> float:
    share = float(text)
    if not 0.05 <= share <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.05 and 1")
    return share


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train_baseline",
        description="Train the baseline reader and save it as an artifact.",
        epilog="example: python -m models.train_baseline --extra labels.jsonl --out candidate --no-promote",
    )
    default = registry.PRETRAINED / "baseline"
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="labelled posts, JSONL (default: ours)")
    parser.add_argument("--extra", type=Path, action="append", default=[], help="more rows in the same shape")
    parser.add_argument(
        "--out",
        type=Path,
        default=default,
        help="folder of the artifact; one in models/pretrained/ is promoted (default: baseline there)",
    )
    parser.add_argument("--seed", type=int, default=DEFAULT.seed, help="of the folds (default: %(default)s)")
    parser.add_argument("--recall-darurat", type=_share, default=DEFAULT.recall_darurat, help=_RECALL)
    parser.add_argument("--recall-tinggi", type=_share, default=DEFAULT.recall_tinggi, help=_RECALL)
    parser.add_argument("--release", default=f"{datetime.now(UTC):%Y.%m}", help="year.month in the version")
    parser.add_argument("--no-promote", action="store_true", help="save, but serve the present model on")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status: 0, or 1 with the error told."""
    chosen = _arguments(arguments)
    console = Console(stderr=True)
    try:
        with Progress(console=console) as progress:
            files = [chosen.corpus, *chosen.extra]
            recipe = replace(
                DEFAULT,
                seed=chosen.seed,
                recall_darurat=chosen.recall_darurat,
                recall_tinggi=chosen.recall_tinggi,
            )
            trained = train(files, recipe, chosen.release, progress)
        name = artifacts.save(trained, chosen.out)
        if not chosen.no_promote and chosen.out.resolve().parent == registry.PRETRAINED:
            registry.promote(chosen.out.name, name)
        card.write(chosen.out)
    except ModelsError as error:
        console.print(f"{error.code}: {error}", style="red", markup=False, highlight=False)
        return 1
    size = sum(file.stat().st_size for file in chosen.out.iterdir())
    console.print(f"{name} saved in {chosen.out}: {size / 2**20:.1f} MiB")
    for head in HEADS:
        console.print(head, trained.metrics["held_out"][head])
    console.print("urgent", trained.metrics["held_out"]["urgent"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
