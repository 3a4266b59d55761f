"""Which agency got it: what a city's own archive teaches, by word counts alone and with the reader beside them.

`make bench-archive ARCHIVE=surabaya.jsonl`. The archive is JSONL with text, when, agency and group; posts before
2023 teach, those of 2023 measure, less what is a near-copy of a teaching one. Offices of kelurahan and kecamatan
count as one class. The models are thrown away.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import orjson
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from models import registry
from models.base import load_base, weights_of
from models.network import ReaderNetwork
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.tokens import PostTokenizer
from models.train import pooled_of
from models.words import words

OFFICE = re.compile(r"^(?:kelurahan|kecamatan)\b", re.IGNORECASE)
GOAL = (0.82, 0.95)
YEAR = "2023"

console = Console(highlight=False, soft_wrap=True)


def main(
    archive: Annotated[Path, typer.Argument(help="JSONL: text, when, agency, group.")],
    base: Annotated[str, typer.Option(help="Encoder (default: that of the reader that serves).")] = "",
) -> None:
    """Measure and print top-1 and top-3; exit 1 if the goal is missed."""
    rows = [orjson.loads(line) for line in archive.read_bytes().splitlines()]
    rows = [row for row in rows if row.get("agency")]
    old = [row for row in rows if row["when"] < YEAR]
    seen = {row["group"] for row in old}
    new = [row for row in rows if row["when"] >= YEAR and row["group"] not in seen]
    agencies = [_class(row["agency"]) for row in old]
    truth = np.array([_class(row["agency"]) for row in new])
    texts = [words(row["text"]).text for row in (*old, *new)]
    counts = _counts(texts, len(old))
    vectors = _vectors(base or str(registry.current()), [row["text"] for row in (*old, *new)])
    vectors = StandardScaler().fit(vectors[: len(old)]).transform(vectors)
    both = hstack([counts, csr_matrix(vectors * 0.06)]).tocsr()
    table = Table("method", "top-1", "top-3", box=None)
    best = (0.0, 0.0)
    for name, matrix, strength in (("words and letters", counts, 8.0), ("with the reader", both, 3.0)):
        model = LogisticRegression(C=strength, max_iter=400)
        model.fit(matrix[: len(old)], agencies)
        best = _top(model.predict_proba(matrix[len(old) :]), model.classes_, truth)
        table.add_row(name, f"{best[0]:.3f}", f"{best[1]:.3f}")
    console.print(table)
    console.print(f"{len(old):,} posts teach, {len(new):,} measure; goal {GOAL[0]} / {GOAL[1]}")
    raise typer.Exit(best[0] < GOAL[0] or best[1] < GOAL[1])


def _class(agency: str) -> str:
    return "kelurahan atau kecamatan" if OFFICE.match(agency) else agency


def _counts(texts: Sequence[str], teaching: int) -> csr_matrix:
    blocks = [
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True, dtype=np.float32),
    ]
    return hstack([block.fit(texts[:teaching]).transform(texts) for block in blocks]).tocsr()


def _vectors(base: str, texts: Sequence[str]) -> NDArray[np.float32]:
    encoder, tokenizer = load_base(base)
    network = ReaderNetwork(encoder, {head: len(load_taxonomy().labels(head)) for head in HEADS})
    network.load_state_dict(weights_of(base), strict=False)
    return pooled_of(network, PostTokenizer(tokenizer), texts).numpy()


def _top(chances: NDArray[np.float64], classes: NDArray[np.str_], truth: NDArray[np.str_]) -> tuple[float, float]:
    order = np.argsort(-chances, axis=1)
    named = classes[order[:, :3]]
    return float((named[:, 0] == truth).mean()), float((named == truth[:, None]).any(axis=1).mean())


if __name__ == "__main__":
    typer.run(main)
