"""An encoder, a corpus and an artifact so small that training them takes seconds. Needs the ``train`` extra."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import safetensors.numpy
import torch
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer
from tokenizers import models as kinds
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from models import artifact as artifacts
from models import train as training
from models.artifact import ENCODER, GRAPH, TOKENIZER, WEIGHTS
from models.base import save_base
from models.export import Exported, export, ranges_of
from models.graph import graph
from models.network import ReaderNetwork
from models.predictions import HEADS
from models.sources import HERE, Example, Source, read
from models.taxonomy import load as load_taxonomy
from models.thresholds import Thresholds
from models.tokens import PostTokenizer
from models.train import Material, Recipe
from models.words import words

torch.set_num_threads(1)

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
WORDS = 700
"""Words that are one token; others are spelled."""
EACH = 6
"""Posts of each label, at least."""
RELEASE = "2026.11"
LIMITS = Thresholds(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.5), alarm_darurat=0.3, alarm_tinggi=0.5)


@dataclass(frozen=True, slots=True)
class Trained:
    """A tiny network and the artifact that was made of it."""

    network: ReaderNetwork
    tokenizer: PostTokenizer
    exported: Exported
    folder: Path
    texts: tuple[str, ...]
    """Posts that it did not learn from."""


@cache
def corpus() -> tuple[Example, ...]:
    """Posts of the project's own corpus, a few of each label, all heads and places known."""
    chosen: dict[str, Example] = {}
    missing = Counter({(head, label): EACH for head in HEADS for label in load_taxonomy().labels(head)})
    for example in read(Source("written", (HERE / "corpus" / "written.jsonl",), "posts", "ours", 1.0, refine=True)):
        labels = list(example.labels.items())
        if any(missing[label] > 0 for label in labels):
            chosen[example.id] = example
            missing.subtract(labels)
    return tuple(chosen.values())


def material() -> Material:
    """The corpus, every fifth post of it held out."""
    held_out = corpus()[::5]
    learning = [example for example in corpus() if example not in held_out]
    return Material(learning, learning, held_out)


def recipe(base: Path) -> Recipe:
    """A few steps with a high rate."""
    return Recipe(str(base), broad_epochs=1.0, refine_epochs=1, rate=2e-3)


def quiet() -> Progress:
    """A progress bar that nobody sees."""
    return Progress(console=Console(quiet=True))


def tokenizer() -> Tokenizer:
    """Frequent words of the corpus as one token each, all others letter by letter."""
    counts = Counter(f"▁{word}" for example in corpus() for word in words(example.text).text.split())
    letters = {letter for word in counts for letter in word}
    pieces = dict.fromkeys(SPECIAL, 0.0)
    pieces |= {word: math.log(count / counts.total()) for word, count in counts.most_common(WORDS)}
    pieces |= dict.fromkeys(sorted(letters), -20.0)
    made = Tokenizer(kinds.Unigram(list(pieces.items()), unk_id=SPECIAL.index("<unk>")))
    made.pre_tokenizer = Metaspace()
    made.add_special_tokens(list(SPECIAL))
    ends = [(name, SPECIAL.index(name)) for name in ("<s>", "</s>")]
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return made


def write_base(folder: Path) -> Path:
    """Save a BERT of two layers with random weights, always the same, and its tokenizer."""
    made = tokenizer()
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=made.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
        initializer_range=0.2,
        type_vocab_size=2,
    )
    save_base(BertModel(config), made, folder)
    return folder


def train(base: Path, folder: Path) -> Trained:
    """Learn a little, and save an artifact in ``folder``."""
    posts = material()
    network, made = training.fit(posts, recipe(base), folder.with_name("work"), quiet())
    network.eval()
    sample = [example.text for example in posts.refining]
    exported = export(network, ranges_of(network, made, sample), HEADS)
    save(network, made, exported, folder)
    return Trained(network, made, exported, folder, tuple(example.text for example in posts.held_out))


def save(network: ReaderNetwork, made: PostTokenizer, exported: Exported, folder: Path) -> str:
    """The artifact of a network, with thresholds that nobody chose; returns its version."""
    weights = safetensors.numpy.save(dict(exported.weights))
    parts = {
        WEIGHTS: weights,
        GRAPH: graph(exported, weights),
        TOKENIZER: made.tokenizer.to_str().encode(),
        ENCODER: network.encoder.config.to_json_string(use_diff=False).encode(),
        "labels.json": artifacts.labels_part(),
        "thresholds.json": artifacts.thresholds_part(LIMITS),
        "metrics.json": artifacts.written({}),
        "lineage.json": artifacts.written({}),
    }
    return artifacts.save(folder, "reader", RELEASE, parts)


def write_posts(file: Path, examples: Sequence[Example]) -> Path:
    """Posts as JSONL, in the form that ``dengar train --labels`` reads."""
    rows = [{"id": e.id, "text": e.text, **e.labels, "places": e.places or ()} for e in examples]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file
