"""Adapt an encoder to the register of real posts: masked language modelling over texts without labels.

python -m models.adapt posts.jsonl more.jsonl --base folder-or-hub-name --without gold.jsonl --out folder

The method is that of Gururangan et al. 2020 (Don't stop pretraining). Posts are read as the reader will read
them, so that the encoder also meets the words that stand for links and handles.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import cast

import orjson
import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from models.base import identity_of, load_base, save_base
from models.command import RESUMES, status_of
from models.errors import BaseUnavailable, CorpusRefused
from models.jsonl import Row, rows
from models.loop import Run, batches, train
from models.tokens import PostTokenizer
from models.unseen import held_groups

MASKED = 0.2
"""Share of tokens hidden; of these 0.8 become <mask>, 0.1 a random token, 0.1 stay."""
BATCH_TOKENS = 2_048
"""Tokens in a batch, padding included: there is one loss a token, and no head that wants small batches."""


def texts_of(files: Sequence[Path], without: Sequence[Path]) -> list[str]:
    """One text of each near-duplicate group in ``files``, none of a group that ``models.unseen`` holds back.

    Raises CorpusRefused for a file that is missing, a line without id or text, or no text at all.
    """
    posts = [_post(row) for file in files for row in rows(file)]
    held = held_groups(posts, without)
    chosen: dict[str, str] = {}
    for _, text, group in posts:
        if group not in held:
            chosen.setdefault(group, text)
    if not chosen:
        raise CorpusRefused(files[0], "holds nothing to learn from")
    return list(chosen.values())


def _post(row: Row) -> tuple[str, str, str]:
    key, text, group = (row.values.get(field) for field in ("id", "text", "group"))
    if not isinstance(key, str) or not isinstance(text, str) or not isinstance(group or "", str):
        raise row.refused("needs an id and a text, and may have a group")
    return key, text, group or key


class MaskedPosts(nn.Module):
    """Predicts hidden tokens with the encoder's own embedding table as the last layer."""

    encoder: PreTrainedModel

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        size: int = encoder.config.hidden_size
        self.transform = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
        self.bias = nn.Parameter(torch.zeros(encoder.config.vocab_size))

    def forward(self, ids: Tensor, mask: Tensor, hidden: Tensor) -> Tensor:
        """Logits [hidden tokens, vocabulary] of the places where ``hidden`` [posts, tokens] is true."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state[hidden]
        table = cast(nn.Embedding, self.encoder.get_input_embeddings())
        return functional.linear(self.transform(states), table.weight, self.bias)


class Masking:
    """Hides tokens of posts."""

    def __init__(self, tokenizer: PostTokenizer, vocabulary: int) -> None:
        """``vocabulary`` counts the tokens. Raises ValueError where the tokenizer has no <mask>."""
        backend = tokenizer.tokenizer
        mask = backend.token_to_id("<mask>")
        if mask is None:
            raise ValueError("its tokenizer has no <mask>")
        self.mask = mask
        self.padding = tokenizer.padding
        ends = (backend.token_to_id(name) for name in ("<s>", "</s>", "<pad>"))
        self.special = torch.tensor([end for end in ends if end is not None])
        self.vocabulary = vocabulary

    def __call__(self, rows: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(what is seen, mask, which are hidden, what is true), all [posts, tokens], of posts as token ids."""
        true = nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=self.padding)
        hidden = (torch.rand(true.shape) < MASKED) & ~torch.isin(true, self.special)
        chance = torch.rand(true.shape)
        seen = true.masked_fill(hidden & (chance < 0.8), self.mask)
        swap = hidden & (chance > 0.9)
        seen[swap] = torch.randint(4, self.vocabulary - 3, (int(swap.sum()),))
        return seen, (true != self.padding).long(), hidden, true


def adapt(
    base: str, texts: Sequence[str], out: Path, *, epochs: int, rate: float, seed: int, progress: Progress
) -> None:
    """Train and save the adapted encoder in ``out``; a checkpoint beside it lets a killed run go on.

    Raises BaseUnavailable and ArtifactRefused.
    """
    torch.manual_seed(seed)
    encoder, backend = load_base(base)
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # one pass over the texts: nothing to forget, and a fifth of the time
    network = MaskedPosts(encoder)
    tokenizer = PostTokenizer(backend)
    ids = [torch.tensor(tokens.ids) for tokens in tokenizer(texts)]
    try:
        hide = Masking(tokenizer, encoder.config.vocab_size)
    except ValueError as error:
        raise BaseUnavailable(base, str(error)) from error
    draw = random.Random(seed)  # noqa: S311 - a shuffle
    plan = [batch for _ in range(epochs) for batch in batches([len(row) for row in ids], draw, BATCH_TOKENS)]

    def loss(step: int) -> Tensor:
        seen, mask, hidden, true = hide([ids[i] for i in plan[step]])
        if not hidden.any():
            return network.bias.sum() * 0  # nothing to learn from posts that are all shown
        return functional.cross_entropy(network(seen, mask, hidden), true[hidden])

    def after(done: int) -> bool:
        if done == len(plan):
            save_base(encoder, backend, out)  # before the checkpoint goes
        return True

    of = sha256(orjson.dumps([identity_of(base), texts, epochs, rate, seed])).hexdigest()
    groups = [{"params": list(network.parameters()), "lr": rate, "weight_decay": 0.01}]
    run = Run("adapting", groups, seed, out.with_name(f"{out.name}.checkpoint"), of)
    out.parent.mkdir(parents=True, exist_ok=True)
    train(network, len(plan), loss, run, progress, after)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status of ``status_of``."""
    parser = argparse.ArgumentParser(prog="python -m models.adapt", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("texts", type=Path, nargs="+", help="JSONL with id and text; group, if given, is read once")
    parser.add_argument("--base", required=True, help="folder or hub name of an encoder")
    parser.add_argument("--without", type=Path, action="append", default=[], help="labelled posts kept for measuring")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    epochs, rate, seed = chosen.epochs, chosen.rate, chosen.seed
    if epochs < 1 or rate <= 0:
        parser.error("--epochs and --rate must be above 0")
    console = Console(stderr=True, soft_wrap=True)

    def work() -> None:
        texts = texts_of(chosen.texts, chosen.without)
        console.print(f"{len(texts)} texts")
        with Progress(console=console) as progress:
            adapt(chosen.base, texts, chosen.out, epochs=epochs, rate=rate, seed=seed, progress=progress)

    return status_of(work, console, RESUMES)


if __name__ == "__main__":
    sys.exit(main())
