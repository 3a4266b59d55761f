"""The pairs that teach and measure the embedding: a group is seen whole or not at all."""

import random

import pytest

pytest.importorskip("sentence_transformers", reason="needs the extra `train`")

import torch

from models import embed
from models.sources import Example


def example(group: str, text: str) -> Example:
    return Example(f"{group}-{text}", text, group, "city", 1.0)


def grouped(groups: int, each: int) -> list[Example]:
    return [example(f"g{group}", f"banjir {group} kali {n}") for group in range(groups) for n in range(each)]


def test_unseen_pairs_are_of_groups_that_teach_nothing_else() -> None:
    examples = grouped(groups=40, each=4) + [example(f"s{n}", f"lampu {n} mati") for n in range(30)]
    group_of = {one.text: one.group for one in examples}
    pairs, unseen = embed.pairs_of(examples, random.Random(3))
    assert unseen == (40 + 30) // 5
    kept = [group_of[left] for left, _ in pairs[:unseen]]
    assert len(set(kept)) == unseen, "one pair each: no text is another's right answer"
    assert not set(kept) & {group_of[left] for left, _ in pairs[unseen:]}


def test_texts_are_paired_within_their_group_and_alone_with_themselves_mistyped() -> None:
    pairs, unseen = embed.pairs_of([*grouped(1, 4), example("s", "lampu jalan mati di pasar")], random.Random(1))
    assert sorted(left for left, _ in pairs) == ["banjir 0 kali 0", "banjir 0 kali 2", "lampu jalan mati di pasar"]
    assert unseen == 0  # a fifth of two groups is none


def test_texts_that_read_the_same_are_no_pair() -> None:
    pairs, _ = embed.pairs_of(
        [example("g", "jalan sama"), Example("b", "JLN  sama 😭", "g", "city", 1.0)], random.Random(1)
    )
    assert [left for left, _ in pairs] == ["jalan sama"]


def test_nothing_kept_unseen_is_nothing_found() -> None:
    assert embed.nearest(torch.empty(0, 4), torch.empty(0, 4)) == 0.0
    assert embed.nearest(torch.eye(4), torch.eye(4)) == 1.0
    assert embed.nearest(torch.eye(4), torch.eye(4).roll(1, 0)) == 0.0
