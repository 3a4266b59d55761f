"""Make ``lexicon.txt``, the words that reading knows: python -m models.lexicon ROOTS [--corpus FILE] [--out FILE]

Words of the project's corpus and of a list of root words, one a line. Run it when the corpus has grown; a reader
that was trained with another list should be trained again.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from models.dataset import CORPUS, read_posts
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
# From corpus/written.jsonl, and root words of louisowen6/NLP_bahasa_resources (MIT). Made by models/lexicon.py.
"""


def counted(texts: Iterable[str]) -> Counter[str]:
    """How often each plain word occurs, its short forms among it, before any slip is put right."""
    found = (word for text in texts for word in _WORD.findall(normalise(text)))
    meant = (part for word in found for part in slang().get(word, word).split())
    return Counter(part for part in meant if _WORD.fullmatch(part))


def written(counts: Counter[str], roots: Iterable[str]) -> str:
    """The content of the file."""
    known = {word for word, count in counts.items() if count >= KNOWN}
    known |= {root for root in map(str.lower, roots) if _WORD.fullmatch(root)}
    rows = (f"{word} {counts[word]}" if counts[word] >= COMMON else word for word in sorted(known))
    return _HEAD + "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.lexicon", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("roots", type=Path, help="root words, one a line")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, default=LEXICON)
    chosen = parser.parse_args(arguments)
    roots = chosen.roots.read_text(encoding="utf-8").split()
    chosen.out.write_text(written(counted(post.text for post in read_posts(chosen.corpus)), roots), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
