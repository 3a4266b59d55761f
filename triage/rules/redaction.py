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

_NUMBERS = re.compile(
    rf"""
    (?P<REKENING>\b(?:rek(?:ening)?|norek|va|virtual\ account)\b[^\d\n]{{0,25}}?(?<!\d))
        \d(?:[ .-]?\d){{7,19}}(?!\d)
  | (?P<NIK>  # 15 to 18 in one go: digits get lost or doubled in typing; but no list of four years
        (?<!\d)(?:(?!(?:(?:19|20)\d\d[ .-]){{3}})\d(?:[ .-]?\d){{15}}|\d{{15,18}})(?!\d)
    )
  | (?P<TELEPON>
        (?<![\w+])\(?(?:\+\ ?62|62|[0o])\)?[ .-]?[(]?8[1-9](?:[ .-]?[\do]){{6,10}}(?![\w])  # mobile
      | (?<![\w+])(?!\d\d(?:0\d|1[0-2])(?:19|20)\d\d)  # no date in one go
        \(?(?:\+\ ?62[ .-]?|62|0)[2-9]\d{{1,2}}\)?[ .-]?\d{{3,4}}[ .-]?\d{{2,4}}(?!\d)  # landline
    )
  | (?P<PLAT>
        \b(?:(?:nopol|no\.?\ ?pol|plat(?:\ nomor)?|nomor\ polisi)\b[ .:]{{0,3}})
            (?:{_PLATE_REGION})[ .-]?\d{{1,4}}[ .-]?[A-Z]{{1,3}}\b
      | (?<!blok\ )\b(?-i:{_PLATE_REGION})[ .-]?\d{{3,4}}[ .-]?(?-i:[A-Z]{{1,3}})\b
      | \b(?:{_PLATE_REGION})[ ]?(?!(?:19|20)\d\d)\d{{4}}[ ]?(?!(?:{_NO_SUFFIX})\b)[A-Z]{{2,3}}\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_DIGIT = re.compile(r"\d")

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
        found.add(kind)
        cue = hit.group(kind) if kind == "REKENING" else ""
        return f"{cue}[{kind}]"

    if "@" in text:
        text, emails = _EMAIL.subn("[EMAIL]", text)
        if emails:
            found.add("EMAIL")
    if _DIGIT.search(text):
        text = _NUMBERS.sub(mark, text)
    return Redacted(text, tuple(sorted(found)))


def clean(text: str) -> str:
    """The text without control characters but newline and tab; lone surrogates become U+FFFD.

    Line ends become ``\\n``. What a database, a page and JSON all carry is left as it is.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))
