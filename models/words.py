"""A post as the encoder reads it: normalised, in standard words, each tied to its place in the raw text."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from models.spelling import corrected
from models.text import MAX_CHARACTERS, normalise

SLANG = Path(__file__).with_name("slang.toml")
"""Standard word -> its short and spoken forms."""

# A link, a handle, a word with its inner hyphens and full stops ("jl.mawar", "rt.05"), or signs.
# Invisible characters may stand inside a word: they must not part it.
_LETTER = "[^\\W_\u200b-\u200f\u2060\ufeff\u00ad]"
_HIDDEN = "[\u200b-\u200f\u2060\ufeff\u00ad]*"
_UNIT = re.compile(
    r"(?i:https?://|www\.|pic\.twitter\.com/)\S+"
    r"|(?<!\w)(?<!\w\.)@\w+"
    rf"|{_LETTER}(?:{_HIDDEN}{_LETTER})*(?:{_HIDDEN}[-'’.]{_HIDDEN}{_LETTER}(?:{_HIDDEN}{_LETTER})*)*"
    r"|(?:[^\w\s@]|_|@(?!\w)|(?<=\w)@|(?<=\w\.)@)+"
)
_TWICE = re.compile(r"([a-z]{2,})[-\s]?2(nya|an|in|i)?$")
_SIGNS = re.compile(r"([^\w\s])\1+")
_STRETCHED = re.compile(r"([a-z])\1\1+")
_ORDINARY_SIGNS = frozenset(".,!?:;()/-\"'#&*+=")
_BRACKETS = frozenset("<>")
"""Never passed on: "<s>" or "<mask>" in a post is no command to the tokenizer."""

_REMEMBERED = 16_384
"""Pieces whose reading is kept, 7 MiB of them: it finds more than 4 in 5 of a stream there."""
_REMEMBERED_CHARACTERS = 20
"""Longer pieces are read afresh: most are links, which never come again."""

Unit = tuple[int, int, int, int]
"""A unit of a piece of a post: (start, end) in the text of the piece, (start, end) in the raw piece."""


@dataclass(frozen=True, slots=True)
class Words:
    """The text for the tokenizer, and for each of its units where it stands there and in the raw post."""

    text: str
    """Units joined as in the post: by one space, or by nothing where the post had none."""
    spans: tuple[tuple[int, int], ...]
    """(start, end) of each unit in ``text``; ascending, without overlap."""
    raw: tuple[tuple[int, int], ...]
    """(start, end) of the same units in the raw post."""


def words(post: str) -> Words:
    """Read a post unit by unit. Pure; takes any str, however hostile.

    What an author may vary without meaning anything else is gone: letter case, stretched letters, invisible
    characters, emoji, the names behind handles and links, repeated signs, short forms of ``slang.toml``, and one
    slip of a key in a common word (``models.spelling``).

    >>> words("BANJIR 😭 di jln Mawar!!! tlg").text
    'banjir di jalan mawar! tolong'
    """
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    raw: list[tuple[int, int]] = []
    length = at = 0
    post = post[: 2 * MAX_CHARACTERS]
    if post.isascii():
        post = post.lower()  # fewer pieces to remember; beyond ASCII it might move the offsets
    for piece in post.split():
        at = post.find(piece, at)
        text, units = _remembered(piece) if len(piece) <= _REMEMBERED_CHARACTERS else _read(piece)
        if text:
            if texts:
                length += 1
            if length + len(text) >= MAX_CHARACTERS:
                text, units = _cut(text, units, MAX_CHARACTERS - length)
            for start, end, raw_start, raw_end in units:
                spans.append((length + start, length + end))
                raw.append((at + raw_start, at + raw_end))
            texts.append(text)
            length += len(text)
            if length >= MAX_CHARACTERS:
                break
        at += len(piece)
    return Words(" ".join(texts), tuple(spans), tuple(raw))


def _read(piece: str) -> tuple[str, tuple[Unit, ...]]:
    """The text of a piece without white space, and its units. No unit reaches over white space or looks past it:
    a piece reads the same in every post."""
    if piece.isalnum() and piece.isascii():  # one word, as most are
        text = _standard(piece)
        return text, ((0, len(text), 0, len(piece)),)
    text = ""
    units = []
    last = 0
    for found in _UNIT.finditer(piece):
        unit = _standard(found.group())
        if unit:
            # Also where a dropped sign stood: "banjir😭parah" is two words.
            if text and found.start() > last:
                text += " "
            units.append((len(text), len(text) + len(unit), found.start(), found.end()))
            text += unit
            last = found.end()
    return text, tuple(units)


_remembered = lru_cache(_REMEMBERED)(_read)


def _cut(text: str, units: tuple[Unit, ...], room: int) -> tuple[str, tuple[Unit, ...]]:
    """As many whole units as fill the room; the last may stand over."""
    count = next(number for number, unit in enumerate(units, start=1) if unit[1] >= room)
    return text[: units[count - 1][1]], units[:count]


def _standard(raw: str) -> str:
    if raw in _ORDINARY_SIGNS:
        return raw
    if raw.isalnum() and raw.isascii():
        # All that normalise() does to plain letters and digits, at a quarter of its price.
        return _word(_STRETCHED.sub(r"\1", raw.lower())[:MAX_CHARACTERS])
    unit = normalise(raw)
    if not unit or unit[0].isalnum() or unit.startswith("_"):
        return _word(unit)
    return _SIGNS.sub(r"\1", "".join(sign for sign in unit if sign not in _BRACKETS and not _pictograph(sign)))


def _word(unit: str) -> str:
    if "2" in unit and (twice := _TWICE.fullmatch(unit)):
        word = _word(twice[1])
        return f"{word}-{word}{twice[2] or ''}"
    return slang().get(unit) or corrected(unit)


def _pictograph(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign) in {"So", "Sk", "Cn", "Co", "Mn", "Me"}


@cache
def slang() -> dict[str, str]:
    """Short form -> standard word, from ``slang.toml``."""
    table = tomllib.loads(SLANG.read_text(encoding="utf-8"))
    return {form: word for word, forms in table.items() for form in forms}
