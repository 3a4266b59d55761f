"""The pattern finds what a plain list of words would find, the longest first."""

import re

from hypothesis import given
from hypothesis import strategies as st

from triage.rules.alternation import alternation

WORDS = st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=12)


@given(WORDS, st.text("abc ", max_size=40))
def test_same_as_a_plain_list(words: list[str], text: str) -> None:
    plain = "|".join(sorted(set(words), key=len, reverse=True))
    assert re.findall(rf"\b{alternation(words)}\b", text) == re.findall(rf"\b(?:{plain})\b", text)
