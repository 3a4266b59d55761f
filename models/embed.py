"""Train the embedding: posts about one matter lie together. The encoder stays as the heads left it.

Pairs are near-copies and posts of one incident, translations of one text, and a post beside itself as another
thumb would type it. The loss is sentence-transformers' MultipleNegativesRankingLoss (van den Oord et al. 2018;
Henderson et al. 2017): of all posts in a batch, the partner must be the nearest.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

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
from models.words import words

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

    Texts that read the same are no pair, and no text is in two. The unseen pairs are of as many groups, of which
    no other pair teaches: at most UNSEEN, and of a fifth of all groups.
    """
    together: dict[str, dict[str, str]] = defaultdict(dict)
    for example in examples:
        together[example.group].setdefault(words(example.text).text, example.text)
    groups = [list(texts.values()) for texts in together.values()]
    single = [texts[0] for texts in groups if len(texts) == 1]
    mistyped = [[text, noisy(text, None, draw)[0]] for text in draw.sample(single, min(len(single), MISTYPED))]
    groups = [texts for texts in groups if len(texts) > 1] + mistyped
    draw.shuffle(groups)
    pairs = [list(zip(texts[::2], texts[1::2], strict=False)) for texts in groups]
    unseen = min(UNSEEN, len(pairs) // 5)
    return [group[0] for group in pairs[:unseen]] + [pair for group in pairs[unseen:] for pair in group], unseen


def fit(
    network: ReaderNetwork, tokenizer: PostTokenizer, examples: Sequence[Example], seed: int, progress: Progress
) -> dict[str, float]:
    """Train ``network.matter`` in place; returns how often the partner is the nearest of up to UNSEEN unseen posts.

    "before" is that share for the encoder's mean as it is, "after" for the embedding; 0 where none is kept unseen.
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
    return {
        "pairs": len(pairs),
        "unseen": unseen,
        "before": nearest(left[:unseen], right[:unseen]),
        "after": nearest(*vectors),
    }


def nearest(left: Tensor, right: Tensor) -> float:
    """How often the vector of a row of ``right`` is the nearest to that of the same row of ``left``; 0 of no rows."""
    if not len(left):
        return 0.0
    alike = nn.functional.normalize(left) @ nn.functional.normalize(right).T
    return round(float((alike.argmax(dim=1) == torch.arange(len(left))).float().mean()), 4)
