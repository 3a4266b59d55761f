"""The same post as another thumb would have typed it: noise that changes no label, for training only."""

import random
import re
from collections.abc import Sequence

from models.sources import Places

RATES = (0.06, 0.12, 0.22)
"""Share of mistyped words in a careful, an ordinary and a hurried post."""
JOINED = 0.01
"""Share of words with no space before them."""
FRONTS = ("@akun ", "@akun ", "@akun @akun ", "RT @akun: ", "min ", "kak ", "permisi ", "halo ", "pak ", "bu ")
TAILS = (
    " @akun",
    " @akun",
    " @akun @akun",
    " https://t.co/a",
    " https://t.co/a",
    " terima kasih",
    " min",
    "...",
    " ya",
)

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_VOWEL = re.compile(r"(?<=\w)[aiueo](?=\w)", re.IGNORECASE)
_ADDRESS = re.compile(r"@|://|www\.|pic\.twitter", re.IGNORECASE)
"""A handle, a link or an e-mail address is copied, not typed; and a word joined to one would be lost in it."""
_NEAR = {
    "a": "sqw", "b": "vng", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nk", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xs",
}  # fmt: skip
_SPOKEN = [("ai", "e"), ("au", "o"), ("k", "q"), ("s", "z"), ("ny", "nj"), ("i", "y"), ("u", "oe"), ("nya", "ny"),
           ("kan", "in"), ("ks", "x"), ("f", "p"), ("v", "p"), ("a", "e"), ("h", "")]  # fmt: skip


def noisy(text: str, places: Places | None, draw: random.Random) -> tuple[str, Places | None]:
    """The text with some words mistyped, shortened, joined or addressed to a handle, and its places moved along.

    A place grows to whole words: what it is typed like belongs to it. Each word keeps at least a character, so a
    text with words never becomes empty. The same state of ``draw`` gives the same noise.
    """
    rate = draw.choice(RATES)
    parts: list[str] = []
    moved: list[tuple[int, int, int, int]] = []
    length = 0
    for found in _WORD.finditer(text):
        word = _mistyped(found.group(), draw) if draw.random() < rate else found.group()
        if parts and (draw.random() >= JOINED or _ADDRESS.search(parts[-1] + word)):
            parts.append(" ")
            length += 1
        parts.append(word)
        moved.append((found.start(), found.end(), length, length + len(word)))
        length += len(word)
    front = tail = ""
    if draw.random() < 0.2:
        front = draw.choice(FRONTS)
    if draw.random() < 0.2:
        tail = draw.choice(TAILS)
    # No sign is taken away before the tail: it may be the end of a place.
    return front + "".join(parts) + tail, _moved(places, moved, len(front))


def _moved(places: Places | None, words: Sequence[tuple[int, int, int, int]], shift: int) -> Places | None:
    """Each place as the words that it touched, given as (start, end) before and after, now stand."""
    if places is None:
        return None
    new = []
    for start, end in places:
        inside = [(a, b) for was, to, a, b in words if was < end and start < to]
        if inside:
            new.append((inside[0][0] + shift, inside[-1][1] + shift))
    return tuple(new)


def _mistyped(word: str, draw: random.Random) -> str:
    found = _LETTERS.search(word)
    if found is None or _ADDRESS.search(word):
        return word
    core = found.group()
    kind = draw.random()
    at = draw.randrange(1, len(core) - 1)
    if kind < 0.2:  # two letters in the wrong order
        core = core[:at] + core[at + 1] + core[at] + core[at + 2 :]
    elif kind < 0.4:  # one left out
        core = core[:at] + core[at + 1 :]
    elif kind < 0.55:  # the key beside it
        core = core[:at] + draw.choice(_NEAR.get(core[at].lower(), core[at])) + core[at + 1 :]
    elif kind < 0.65:  # typed twice
        core = core[:at] + core[at] + core[at:]
    elif kind < 0.85:  # written short
        core = _VOWEL.sub(lambda vowel: "" if draw.random() < 0.7 else vowel[0], core)
    elif spoken := [pair for pair in _SPOKEN if pair[0] in core.lower()]:  # written as it is said
        core = core.lower().replace(*draw.choice(spoken), 1)
    return word[: found.start()] + core + word[found.end() :]
