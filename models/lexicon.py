"""Make ``lexicon.txt``, the words that reading knows: python -m models.lexicon ROOTS NAMES

Words of the project's corpus, of a list of root words, and of the names of regions. Run it when the corpus has
grown; a reader that was trained with another list should be trained again.
"""

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from rich.console import Console

from models.command import status_of
from models.dataset import CORPUS, read_posts
from models.jsonl import content
from models.spelling import LEXICON
from models.text import normalise
from models.words import slang

KNOWN = 2
"""Times the corpus writes a word before it is known: one alone may be a slip."""
COMMON = 5
"""Times before a mistyped word may be read as it."""
_WORD = re.compile(r"(?<![\w@])[a-z]+(?!\w)")
_HEAD = """\
# Words that reading knows, for models/spelling.py; behind a common one, how often the corpus writes it.
# From corpus/written.jsonl, root words of louisowen6/NLP_bahasa_resources (MIT), and the names of cities, kecamatan
# and kelurahan of cahyadsn/wilayah (MIT). Made by models/lexicon.py.
"""
ALSO = (
    "linmas", "teredam", "selaput", "bangsat", "berisiko", "manula", "betapa", "lembab", "sembarang", "bapas",
    "mabes", "rakor", "menko", "wamen", "didik", "tonton", "apalah", "acuan", "even", "span", "seeur",
    "setau", "ribet", "wadul", "sambat", "series", "senior", "rekom", "punteun",
)  # fmt: skip
"""Words that posts hold and no list does."""
_URBAN = re.compile(r"\d\d\.\d\d(\.\d\d(\.1\d{3})?)?")
"""Code of a city, a kecamatan or a kelurahan; those of villages begin with 2, and their names are too many."""


def counted(texts: Iterable[str]) -> Counter[str]:
    """How often each plain word occurs, its short forms among it, before any slip is put right."""
    found = (word for text in texts for word in _WORD.findall(normalise(text)))
    meant = (part for word in found for part in slang().get(word, word).split())
    return Counter(part for part in meant if _WORD.fullmatch(part))


def names_of(regions: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The words in the names of towns, from rows with code and name."""
    for region in regions:
        if _URBAN.fullmatch(region["code"]):
            yield from re.findall(r"[a-z]{4,}", region["name"].lower())


def written(counts: Counter[str], others: Iterable[str]) -> str:
    """The content of the file; ``others`` are words that are known without being common."""
    known = {word for word, count in counts.items() if count >= KNOWN}
    known |= {word for word in map(str.lower, others) if _WORD.fullmatch(word)}
    rows = (f"{word} {counts[word]}" if counts[word] >= COMMON else word for word in sorted(known))
    return _HEAD + "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status of ``status_of``."""
    parser = argparse.ArgumentParser(prog="python -m models.lexicon", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("roots", type=Path, help="root words, one a line")
    parser.add_argument("names", type=Path, help="CSV with code and name of regions, as the Kemendagri numbers them")
    parser.add_argument("--out", type=Path, default=LEXICON)
    chosen = parser.parse_args(arguments)

    def work() -> None:
        roots = content(chosen.roots, "is missing", "name a list of root words").decode().split()
        names = content(chosen.names, "is missing", "name a CSV of regions").decode().splitlines()
        counts = counted(post.text for post in read_posts(CORPUS))
        made = written(counts, chain(ALSO, roots, names_of(csv.DictReader(names))))
        chosen.out.write_text(made, encoding="utf-8")

    return status_of(work, Console(stderr=True, soft_wrap=True))


if __name__ == "__main__":
    sys.exit(main())
