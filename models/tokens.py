"""Words to token ids for the encoder, the same in training and in serving; needs `tokenizers` alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Tokenizer

from models.spelling import LEXICON
from models.text import HANDLE, URL
from models.words import SLANG, Words, words

READ_BY = (SLANG, LEXICON)
"""What reading leans on beside code: a reader trained with others reads worse."""

MAX_TOKENS = 256
"""Longer posts are cut: 98 of 100 real ones are shorter, and cost grows with the longest."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One post as the network takes it."""

    ids: tuple[int, ...]
    """Token ids with <s> and </s>; never more than ``MAX_TOKENS``."""
    firsts: tuple[int, ...]
    """Index in ``ids`` of the first token of each unit of ``words``; 0, the place of <s>, where it has none."""
    words: Words


class PostTokenizer:
    """The tokenizer of an encoder, told what stands for links and handles."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        # One token each instead of five: handles and links are frequent, and always the same two words.
        tokenizer.add_tokens(
            [AddedToken(name, normalized=False, special=True, lstrip=True) for name in (URL, HANDLE)]
        )
        self.tokenizer = tokenizer
        padding = tokenizer.token_to_id("<pad>")
        if padding is None:
            raise ValueError("has no <pad>")
        self.padding: int = padding

    @classmethod
    def open(cls, file: Path) -> "PostTokenizer":
        """Read a ``tokenizer.json``. Raises OSError or ValueError when it is missing or is none."""
        return cls.parse(file.read_bytes())

    @classmethod
    def parse(cls, content: bytes) -> "PostTokenizer":
        """Read the bytes of a ``tokenizer.json``. Raises ValueError when they are none."""
        try:
            return cls(Tokenizer.from_buffer(content))
        except Exception as error:  # tokenizers raises bare Exception
            raise ValueError(f"is no tokenizer: {error}") from error

    def __call__(self, posts: Sequence[str]) -> list[Tokens]:
        """One ``Tokens`` a post, in order."""
        read = [words(post) for post in posts]
        encodings = self.tokenizer.encode_batch([one.text for one in read])
        return [
            Tokens(tuple(encoding.ids), _firsts(one, encoding.offsets), one)
            for one, encoding in zip(read, encodings, strict=True)
        ]


def _firsts(read: Words, offsets: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    text, spans = read.text, read.spans
    firsts = [0] * len(spans)
    unit = begun = 0
    for index, (start, end) in enumerate(offsets):
        # A token may begin with the space before its word; one that is nothing else begins no word.
        if start < end and text[start] == " ":
            start += 1
        # Inside a unit that has its first token, or without text, as <s> and </s> are.
        if start < begun or start == end:
            continue
        while unit < len(spans) and spans[unit][1] <= start:
            unit += 1
        if unit == len(spans):
            break
        firsts[unit] = index
        begun = spans[unit][1]
    return tuple(firsts)
