"""THE text normaliser: training, serving and duplicate search all see a post through it, and only it."""

import re
import unicodedata
from hashlib import blake2b

MAX_CHARACTERS = 4_000
"""Longest normalised text. Posts are shorter; the cap bounds the cost of a hostile one."""

URL = "_tautan_"
"""Stands for every link: shorteners give the same link a new name in every copy."""

HANDLE = "_akun_"
"""Stands for every @handle: whom a post addresses is no part of what it says."""

# NFKC can make one character 18; reading at most this many raw ones keeps it cheap.
_MAX_RAW = 2 * MAX_CHARACTERS

# Characters nobody sees: controls (less the whitespace ones, folded later), soft hyphen, zero-width and
# direction marks, variation selectors, byte-order mark, and lone surrogates, which UTF-8 cannot encode.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
_STRETCHED = re.compile(r"([^\W\d_])\1\1+")
_URL = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+")
_RETWEET = re.compile(r"(?:rt @\w+ ?:? ?)+")
_HANDLE = re.compile(r"(?<![\w.])@\w+")


def normalise(text: str) -> str:
    """The form in which two copies of a post are equal. Pure; takes any str, however hostile.

    >>> normalise("RT @warga: TOLOOONG,  banjir di Jl. Mawar https://t.co/x")
    'tolong, banjir di jl. mawar _tautan_'
    """
    text = text[:_MAX_RAW]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    text = " ".join(text.casefold().split())
    if "http" in text or "www." in text or "pic.twitter" in text:
        text = _URL.sub(URL, text)
    if "@" in text:
        # Only at the start and only before a handle: "RT 05" is a neighbourhood.
        if prefix := _RETWEET.match(text):
            text = text[prefix.end() :]
        text = _HANDLE.sub(HANDLE, text)
    # One letter, not two: Indonesian hardly doubles letters, so "tolooong" must meet "tolong".
    # After the links: "www" is no stretched letter.
    text = _STRETCHED.sub(r"\1", text)
    return text[:MAX_CHARACTERS].rstrip()


def fingerprint(normalised: str) -> str:
    """24 hex characters of a normalised text, equal for exact copies and plain retweets of a post.

    A key for finding copies, not a secret: short texts can be guessed from it.
    """
    return blake2b(normalised.encode(), digest_size=12).hexdigest()
