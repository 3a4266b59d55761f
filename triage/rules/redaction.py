"""Personal numbers out of a text before people and models see it, and characters that no page can carry.

Rather one number too many than one too few: an officer can ask for the sealed original.
Service numbers (112, 110, 1500xxx) are too short to be taken for anyone's.
"""

import re
from dataclasses import dataclass

# Prefixes of Indonesian number plates by region of registration.
_PLATE_REGION = "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[ABST]?|R|S|T|W|Z"
# Short words that may follow a number: "s 1500 rb" is a price, not a plate.
_NO_SUFFIX = "rb|jt|rp|rw|rt|kk|km|kg|cm|mm|hp|wa|dan|di|ke|yg|dr|ya|an|org|hr|jam|thn|th|bln|ini|itu|pm|am|no"

# Between digits: a space, dot or dash of any make. A slash joins telephone numbers and NIK only: else a date
# would be an account.
_MARKS = r" \t._\-\u00a0\u00b7\u2000-\u200a\u2010-\u2015\u2022\u202f\u205f\u2212\u3000\ufe58\ufe63\uff0d"
_GAP = f"[{_MARKS}]?"
_JOIN = f"[{_MARKS}/]?"

_NUMBERS = re.compile(
    rf"""
    (?P<TANGGAL>  # stays, and is part of no number: 07/06/2022-08/06/2022 has as many digits as a NIK
        (?<!\d)(?:[0-3]?\d[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d
            |(?:19|20)\d\d[-./](?:0[1-9]|1[0-2])[-./][0-3]\d)(?!\d)
    )
  | (?P<REKENING>\b(?:rek(?:ening)?|norek|va|virtual\ account)\b[^\d\n]{{0,25}}?(?<!\d))
        \d(?:{_GAP}\d){{7,19}}(?!\d)
  | (?P<NIK>  # 15 to 18 in one go: digits get lost or doubled in typing
        (?<!\d)(?:\d{{15,18}}
            |(?!(?:(?:19|20)\d\d[{_MARKS}/]){{3}})  # no list of four years
            \d(?:{_JOIN}\d){{15}}(?<!/(?:19|20)\d\d)  # no decree, whose number ends with its year
        )(?!\d)
    )
  | (?P<TELEPON>
        (?<![\w+])\(?(?:\+{_GAP}62|62|[0o])\)?{_JOIN}[(]?8[1-9](?:{_JOIN}[\do]){{6,10}}(?![\w])  # mobile
      | (?<![\w+])(?!\d\d(?:0\d|1[0-2])(?:19|20)\d\d)  # no date in one go
        \(?(?:\+{_GAP}62{_GAP}|62|0)[2-9]\d{{1,2}}\)?{_JOIN}\d{{3,4}}{_GAP}\d{{2,4}}(?!\d)  # landline
    )
  | (?P<PLAT>
        \b(?:(?:nopol|no\.?\ ?pol|plat(?:\ nomor)?|nomor\ polisi)\b[ .:]{{0,3}})
            (?:{_PLATE_REGION}){_GAP}\d{{1,4}}{_GAP}[A-Z]{{1,3}}\b
      | (?<!blok\ )\b(?-i:{_PLATE_REGION}){_GAP}\d{{3,4}}{_GAP}(?-i:[A-Z]{{1,3}})\b
      | \b(?:{_PLATE_REGION})[ ]?(?!(?:19|20)\d\d)\d{{4}}[ ]?(?!(?:{_NO_SUFFIX})\b)[A-Z]{{2,3}}\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_DIGIT = re.compile(r"\d")

FEWEST_DIGITS = 3
"""What _NUMBERS finds has as many, but for a plate after its cue: most texts need not be searched."""
_PLATE_CUE = re.compile(r"\b(?:nopol|no\.? ?pol|plat|nomor polisi)\b", re.IGNORECASE)

# Beside a digit: zero-width and soft marks, and what puts a digit in a box.
_UNSEEN = r"[\u00ad\u034f\u180e\u200b-\u200f\u2060\ufe0f\u20e3\ufeff]"
_UNSEEN_BY_DIGIT = re.compile(rf"(?<=\d){_UNSEEN}+|(?<!{_UNSEEN}){_UNSEEN}++(?=\d)")

# Controls less tab and newline, and marks that reverse the direction of what stands on a page.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text fit for people's eyes."""

    text: str
    found: tuple[str, ...]
    """Kinds of what was taken out, e.g. ``("NIK", "TELEPON")``: sorted, each once."""


def redact(text: str) -> Redacted:
    """The text with NIK and KK, telephone, account and plate numbers and e-mail addresses replaced.

    >>> redact("hubungi 0812-3456-7890").text
    'hubungi [TELEPON]'
    """
    found: set[str] = set()

    def mark(hit: re.Match[str]) -> str:
        kind = hit.lastgroup or ""
        if kind == "TANGGAL":
            return hit.group()
        found.add(kind)
        cue = hit.group(kind) if kind == "REKENING" else ""
        return f"{cue}[{kind}]"

    if "@" in text:
        text, emails = _EMAIL.subn("[EMAIL]", text)
        if emails:
            found.add("EMAIL")
    digits = len(_DIGIT.findall(text))
    if digits >= FEWEST_DIGITS or (digits and _PLATE_CUE.search(text)):
        seen = _UNSEEN_BY_DIGIT.sub("", text)
        marked = _NUMBERS.sub(mark, seen)
        text = text if marked == seen else marked
    return Redacted(text, tuple(sorted(found)))


def clean(text: str) -> str:
    """The text without control characters but newline and tab; lone surrogates become U+FFFD.

    Line ends become ``\\n``. What a database, a page and JSON all carry is left as it is.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))
