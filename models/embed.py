"""Train the embedding: posts about one matter lie together. The encoder stays as the heads left it.

Pairs are near-copies and posts of one incident, translations of one text, and a post beside itself as another
thumb would type it. The loss is sentence-transformers' MultipleNegativesRankingLoss (van den Oord et al. 2018;
Henderson et al. 2017): of all posts in a batch, the partner must be the nearest.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, pairwise

import torch
from rich.progress import Progress
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Dense, Normalize
from torch import Tensor, nn

from models.augment import noisy
from models.loop import Run, train
from models.network import EMBEDDING, ReaderNetwork
from models.sources import Example
from models.tokens import PostTokenizer
from models.train import pooled_of

EPOCHS = 6
PAIRS = 128
"""Pairs in a batch; each post has all others of the batch to be told from."""
UNSEEN = 1_000
"""Pairs that only measure."""
MISTYPED = 4_000
"""Posts without a partner that are paired with themselves as mistyped."""
SCALE = 20.0
"""What cosines are multiplied by before the softmax of the loss: the library's usual one."""
FIELD = "sentence_embedding"


def pairs_of(examples: Sequence[Example], draw: random.Random) -> tuple[list[tuple[str, str]], int]:
    """Texts that say the same, two by two, and how many of them, the first ones, are kept unseen.

    A group is seen whole or not at all. At most UNSEEN are kept, and a fifth of all.
    """
    together: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.text not in together[example.group]:
            together[example.group].append(example.text)
    groups = [list(pairwise(texts)) for texts in together.values() if len(texts) > 1]
    single = [texts[0] for texts in together.values() if len(texts) == 1]
    groups += [[(text, noisy(text, None, draw)[0])] for text in draw.sample(single, min(len(single), MISTYPED))]
    draw.shuffle(groups)
    most = min(UNSEEN, sum(map(len, groups)) // 5)
    within = [size for size in accumulate(map(len, groups)) if size <= most]
    return [pair for group in groups for pair in group], within[-1] if within else 0


def fit(
    network: ReaderNetwork, tokenizer: PostTokenizer, examples: Sequence[Example], seed: int, progress: Progress
) -> dict[str, float]:
    """Train ``network.matter`` in place; returns how often the partner is the nearest of up to UNSEEN unseen posts.

    "before" is that share for the encoder's mean as it is, "after" for the embedding.
    """
    draw = random.Random(seed)  # noqa: S311 - a shuffle
    pairs, unseen = pairs_of(examples, draw)
    size: int = network.encoder.config.hidden_size
    left, right = (pooled_of(network, tokenizer, side)[:, size:] for side in zip(*pairs, strict=True))
    torch.manual_seed(seed)  # or the first weights would hang on what was drawn before
    dense = Dense(size, EMBEDDING, activation_function=nn.Identity())
    model = SentenceTransformer(modules=[dense, Normalize()], device="cpu")
    ranking = MultipleNegativesRankingLoss(model, scale=SCALE)
    spots = [i for _ in range(EPOCHS) for i in draw.sample(range(unseen, len(pairs)), len(pairs) - unseen)]

    def loss(step: int) -> Tensor:
        rows = spots[step * PAIRS : (step + 1) * PAIRS]
        error: Tensor = ranking([{FIELD: left[rows]}, {FIELD: right[rows]}], None)
        return error

    groups = [{"params": list(model.parameters()), "lr": 2e-3, "weight_decay": 0.01}]
    run = Run("embedding", groups, seed)
    train(model, len(spots) // PAIRS, loss, run, progress)
    model.eval()
    network.matter.load_state_dict(dense.linear.state_dict())
    with torch.no_grad():
        vectors = [model({FIELD: side[:unseen]})[FIELD] for side in (left, right)]
    return {"pairs": len(pairs), "before": _nearest(left[:unseen], right[:unseen]), "after": _nearest(*vectors)}


def _nearest(left: Tensor, right: Tensor) -> float:
    alike = nn.functional.normalize(left) @ nn.functional.normalize(right).T
    return round(float((alike.argmax(dim=1) == torch.arange(len(left))).float().mean()), 4)
