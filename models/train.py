"""Train the reader: sources -> network. Needs the ``train`` extra; serving never imports this.

First all sources with all heads, then only those marked ``refine`` in sources.toml, above all posts to governments,
until the posts held out for it are read no better.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import orjson
import torch
from numpy.typing import NDArray
from rich.progress import Progress
from torch import Tensor, nn

from models.base import identity_of, load_base, origin_of, weights_of
from models.dataset import fold_of
from models.errors import CorpusRefused
from models.loop import Run, batches, keep, train
from models.measure import macro_f1
from models.network import IGNORED, Outputs, ReaderNetwork, loss_of
from models.predictions import HEADS
from models.sources import Example, Source, read
from models.taxonomy import load as load_taxonomy
from models.tensors import Batches, labels_of, padded
from models.tokens import READ_BY, PostTokenizer

JOURNAL = "epochs.json"
"""The figures of each epoch, in the work folder."""
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice that shapes the weights, made on held-out posts of the sources."""

    base: str
    seed: int = 2026
    broad_epochs: float = 1.0
    """Passes over all sources."""
    refine_epochs: int = 4
    """Most passes over the refining sources; ends earlier when the held-out posts are read no better."""
    patience: int = 2
    """Epochs without a better one before the end."""
    rate: float = 1.5e-4
    """Highest learning rate of the encoder; heads learn five times as fast."""
    noise: float = 0.5
    """Share of posts mistyped afresh in each epoch."""
    smoothing: float = 0.05
    held_out: int = 10
    """One group in this many of the ``held_out`` sources never trains."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a run learns from and what it stops by."""

    learning: Sequence[Example]
    refining: Sequence[Example]
    held_out: Sequence[Example]


def gather(sources: Sequence[Source], without: Sequence[Path], recipe: Recipe) -> Material:
    """Read the sources and hold out groups.

    Raises CorpusRefused, also for a source without labels, a label that nothing teaches, and posts too few to hold
    any out.
    """
    learning: list[Example] = []
    refining: list[Example] = []
    held_out: list[Example] = []
    for source in sources:
        examples = read(source, without)
        if examples and not any(example.labels or example.places for example in examples):
            raise CorpusRefused(source.texts[0], "has no labels", remedy=f"add {', '.join(HEADS)} to its lines")
        for example in examples:
            if source.held_out and fold_of(example.group, recipe.held_out, recipe.seed) == 0:
                held_out.append(example)
                continue
            learning.append(example)
            if source.refine:
                refining.append(example)
    if not held_out:
        whole = [example for example in refining if set(example.labels) >= set(HEADS)]
        groups = {e.group for e in whole if fold_of(e.group, recipe.held_out, recipe.seed) == 0}
        held_out = [example for example in refining if example.group in groups]
        learning = [example for example in learning if example.group not in groups]
        refining = [example for example in refining if example.group not in groups]
    held_out = [example for example in held_out if set(example.labels) >= set(HEADS)]
    if not held_out:
        problem = "too few posts have all labels: none could be held out"
        raise CorpusRefused(sources[0].texts[0], problem, remedy="add some")
    for head in HEADS:
        taught = {example.labels.get(head) for example in refining}
        for label in load_taxonomy().labels(head):
            if label not in taught:
                raise CorpusRefused(sources[0].texts[0], f"{head}: no post is labelled {label!r}", remedy="add some")
    return Material(learning, refining, held_out)


def sampled(material: Material, posts: int, seed: int) -> Material:
    """At most ``posts`` to learn from and as many to refine by, for trials."""
    draw = random.Random(seed)  # noqa: S311 - a sample

    def some(examples: Sequence[Example]) -> list[Example]:
        return draw.sample(list(examples), min(posts, len(examples)))

    return Material(some(material.learning), some(material.refining), some(material.held_out))


def fit(material: Material, recipe: Recipe, folder: Path, progress: Progress) -> tuple[ReaderNetwork, PostTokenizer]:
    """Train and return the network as it was after its best epoch.

    ``folder`` keeps what a killed run needs to go on. A run that is finished there is not repeated, and what is
    left of one of another recipe, base or posts is passed over. Raises BaseUnavailable and ArtifactRefused.
    """
    network, tokenizer = begin(material, recipe)
    make = Batches(tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    plan = _plan(material, recipe, tokenizer)
    ends = np.cumsum([len(epoch) for epoch in plan]).tolist()
    flat = [batch for epoch in plan for batch in epoch]
    best = folder / "best.pt"
    journal = folder / JOURNAL
    # So that what follows can be tried again without learning again; an empty mark, made by hand, is of any run.
    finished = folder / "finished"
    of = fingerprint(material, recipe)
    history: list[dict[str, float]] = orjson.loads(journal.read_bytes()) if journal.is_file() else []

    def loss(step: int) -> Tensor:
        draw = random.Random(recipe.seed * 7_919 + step)  # noqa: S311 - typing errors
        ids, mask, truth, tags, weight = make(flat[step], draw, recipe.noise)
        return loss_of(network(ids, mask), truth, tags, weight, recipe.smoothing)

    def after(done: int) -> bool:
        if done not in ends:
            return True
        figures = score(network, make, material.held_out)
        progress.console.print(f"epoch {ends.index(done)}: {figures}")
        history[ends.index(done) :] = [figures]
        values = [row["mean"] for row in history]
        if values[-1] == max(values):
            keep(best, network.state_dict())
        half = journal.with_suffix(".half")
        half.write_bytes(orjson.dumps(history))
        half.replace(journal)
        going = done < len(flat) and len(values) - values.index(max(values)) <= recipe.patience
        if not going:
            finished.write_text(of)
        return going

    named = dict(network.named_parameters())
    inner = [p for name, p in named.items() if name.startswith("encoder.")]
    outer = [p for name, p in named.items() if not name.startswith("encoder.") and not name.startswith("matter.")]
    groups = [
        {"params": inner, "lr": recipe.rate, "weight_decay": 0.01},
        {"params": outer, "lr": recipe.rate * 5, "weight_decay": 0.01},
    ]
    if not finished.is_file() or finished.read_text() not in ("", of):
        finished.unlink(missing_ok=True)  # from now on, best.pt is of this run
        run = Run("training", groups, recipe.seed, folder / "checkpoint.pt", of)
        train(network, len(flat), loss, run, progress, after)
    network.load_state_dict(torch.load(best, weights_only=True))
    return network, tokenizer


def begin(material: Material, recipe: Recipe) -> tuple[ReaderNetwork, PostTokenizer]:
    """The network before the first step: of an artifact with its heads, of another base with new ones."""
    torch.manual_seed(recipe.seed)
    network, tokenizer = restored(recipe.base)
    for module in network.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # the heads drop out; in the encoder it costs a fifth of the time on a CPU
    if not network.standardised:
        draw = random.Random(recipe.seed)  # noqa: S311 - a sample
        sample = [e.text for e in draw.sample(list(material.refining), min(500, len(material.refining)))]
        with torch.no_grad():
            one_by_one = [torch.tensor([one.ids]) for one in tokenizer(sample[:100])]
            states = torch.cat([network.encoder(ids).last_hidden_state[0] for ids in one_by_one])
        network.standardise(pooled_of(network, tokenizer, sample), states)
    return network, tokenizer


def restored(base: str) -> tuple[ReaderNetwork, PostTokenizer]:
    """The network of an artifact as it was trained, or of another base with heads that know nothing.

    Raises BaseUnavailable and ArtifactRefused.
    """
    encoder, backend = load_base(base)
    network = ReaderNetwork(encoder, {head: len(names) for head, names in labels_of().items()})
    network.load_state_dict(weights_of(base), strict=False)
    return network, PostTokenizer(backend)


def _plan(material: Material, recipe: Recipe, tokenizer: PostTokenizer) -> list[list[list[Example]]]:
    """Epochs of batches of examples: one broad epoch, then the refining ones."""
    examples = [*material.refining, *material.learning]
    every = tokenizer([example.text for example in examples])
    lengths = {e.id: len(one.ids) for e, one in zip(examples, every, strict=True)}
    epochs = []
    draw = random.Random(recipe.seed)  # noqa: S311 - a shuffle
    for number in range(recipe.refine_epochs + bool(recipe.broad_epochs)):
        pool = list(material.learning if recipe.broad_epochs and number == 0 else material.refining)
        if number == 0 and recipe.broad_epochs:
            pool = draw.sample(pool, round(len(pool) * min(1.0, recipe.broad_epochs)))
        else:
            pool = [example for example in pool if draw.random() < example.each]
        epochs.append([[pool[i] for i in batch] for batch in batches([lengths[e.id] for e in pool], draw)])
    return epochs


@torch.no_grad()
def score(network: ReaderNetwork, make: Batches, posts: Sequence[Example]) -> dict[str, float]:
    """Accuracy of each head and token F1 of the places on ``posts``; "mean" weighs accuracy and macro-F1."""
    network.eval()
    said: dict[str, list[str]] = {head: [] for head in HEADS}
    order = sorted(posts, key=lambda e: len(e.text))
    hits = wanted = given = 0
    for start in range(0, len(order), 32):
        ids, mask, _, tags, _ = make(order[start : start + 32], None)
        outputs = network(ids, mask)
        for head in HEADS:
            names = load_taxonomy().labels(head)
            said[head] += [names[n] for n in outputs.heads[head].argmax(dim=1).tolist()]
        known = tags != IGNORED
        inside, gold = outputs.places.argmax(dim=2)[known] > 0, tags[known] > 0
        hits, given, wanted = hits + int((inside & gold).sum()), given + int(inside.sum()), wanted + int(gold.sum())
    figures = {}
    values = []
    for head in HEADS:
        pairs = [(e.labels[head], label) for e, label in zip(order, said[head], strict=True) if head in e.labels]
        truth, answers = [t for t, _ in pairs], [a for _, a in pairs]
        figures[head] = round(sum(t == a for t, a in pairs) / max(1, len(pairs)), 4)
        figures[f"{head} F1"] = round(macro_f1(truth, answers), 4)
        values += [figures[head], figures[f"{head} F1"]]
    figures["places"] = round(2 * hits / max(1, wanted + given), 4)
    figures["mean"] = round(float(np.mean(values)), 4)
    return figures


def pooled_of(network: ReaderNetwork, tokenizer: PostTokenizer, texts: Sequence[str]) -> Tensor:
    """[texts, 2 x hidden], in the order of the texts; see ``Outputs.pooled``."""
    rows = torch.empty(len(texts), len(network.centre))
    for batch, outputs in _outputs(network, tokenizer, texts):
        rows[batch] = outputs.pooled
    return rows


def logits_of(network: ReaderNetwork, tokenizer: PostTokenizer, texts: Sequence[str]) -> dict[str, Logits]:
    """head -> [texts, labels], as the network itself says them, in the order of the texts."""
    rows: dict[str, Logits] = {}
    for batch, outputs in _outputs(network, tokenizer, texts):
        for head, logits in outputs.heads.items():
            rows.setdefault(head, np.empty((len(texts), logits.shape[1]), np.float32))[batch] = logits.numpy()
    return rows


@torch.no_grad()
def _outputs(
    network: ReaderNetwork, tokenizer: PostTokenizer, texts: Sequence[str]
) -> Iterator[tuple[list[int], Outputs]]:
    """Indices of texts of about one length, and what the network says of them."""
    network.eval()
    tokens = tokenizer(texts)
    order = sorted(range(len(texts)), key=lambda i: len(tokens[i].ids))
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        yield batch, network(*padded([tokens[i] for i in batch], tokenizer.padding))


def fingerprint(material: Material, recipe: Recipe) -> str:
    """What tells a run from one of another recipe, base, posts, or way to read them."""
    posts = (material.learning, material.refining, material.held_out)
    read_by = [file.read_text(encoding="utf-8") for file in READ_BY]
    told = orjson.dumps([asdict(recipe), identity_of(recipe.base), posts, read_by], option=orjson.OPT_SORT_KEYS)
    return sha256(told).hexdigest()


def lineage_of(recipe: Recipe, sources: Sequence[Source], material: Material) -> Mapping[str, object]:
    """What the weights come from, for the artifact."""
    learned = Counter(example.source for example in (material.learning if recipe.broad_epochs else material.refining))
    return {
        "recipe": asdict(recipe) | {"base": origin_of(recipe.base)},
        "sources": [
            {"name": source.name, "licence": source.licence, "posts": learned[source.name]}
            for source in sources
            if learned[source.name]
        ],
        "held_out": len(material.held_out),
    }
