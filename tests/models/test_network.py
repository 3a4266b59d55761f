"""The heads and their losses, by numbers that can be checked by hand."""

import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

from pathlib import Path

import torch
from torch import Tensor, nn

from models.base import load_base
from models.network import EMBEDDING, IGNORED, TAGS, OrdinalHead, Outputs, ReaderNetwork, loss_of
from models.tensors import padded, tags_of
from models.tokens import PostTokenizer, Tokens
from models.words import words

torch.set_num_threads(1)

LABELS = {"topic": 5, "urgency": 4}


def ordinal(*steps: float) -> Tensor:
    """Probabilities of four labels, calm to alarming, from the logits of the three steps between them."""
    head = OrdinalHead(8, 4, dropout=0.0)
    head.steps = nn.Identity()  # type: ignore[assignment]
    chances: Tensor = head(torch.tensor([steps], dtype=torch.float32)).exp()[0]
    return chances


@pytest.mark.parametrize(
    ("steps", "chances"),
    [
        ((0, 0, 0), (1 / 2, 1 / 4, 1 / 8, 1 / 8)),
        ((-40, 0, 0), (1, 0, 0, 0)),
        ((40, -40, 40), (0, 1, 0, 0)),
        ((40, 40, -40), (0, 0, 1, 0)),
        ((40, 40, 40), (0, 0, 0, 1)),
        ((1e4, -1e4, 1e4), (0, 1, 0, 0)),
    ],
)
def test_urgency_is_a_walk_up_the_steps(steps: tuple[float, ...], chances: tuple[float, ...]) -> None:
    assert ordinal(*steps).tolist() == pytest.approx(chances, abs=1e-6)


def test_urgency_adds_up_to_one_whatever_the_steps_say() -> None:
    head = OrdinalHead(8, 4, dropout=0.0)
    head.steps = nn.Identity()  # type: ignore[assignment]
    chances = head(torch.randn(200, 3, generator=torch.Generator().manual_seed(1)) * 20).exp()
    torch.testing.assert_close(chances.sum(dim=1), torch.ones(200))


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_higher_step_makes_what_lies_above_it_likelier(step: int) -> None:
    low, high = [0.3, -0.2, 0.1], [0.3, -0.2, 0.1]
    high[step] += 1
    assert ordinal(*high)[step + 1 :].sum() > ordinal(*low)[step + 1 :].sum()
    assert ordinal(*high)[: step + 1].sum() < ordinal(*low)[: step + 1].sum()


def test_to_take_an_emergency_for_calm_costs_more_than_to_take_it_for_the_step_below() -> None:
    calm, near = ordinal(-4, 0, 0), ordinal(4, 4, -4)
    assert calm[3] < near[3] / 3


def outputs(posts: int = 3, tokens: int = 4) -> Outputs:
    """Logits that gradients can be asked of."""
    torch.manual_seed(2)
    heads = {head: torch.randn(posts, count, requires_grad=True) for head, count in LABELS.items()}
    places = torch.randn(posts, tokens, len(TAGS), requires_grad=True)
    return Outputs(heads, places, torch.zeros(posts, 2), torch.zeros(posts, 2))


def nothing(posts: int = 3, tokens: int = 4) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Truth without any label, tags without any, and equal weights."""
    truth = {head: torch.full((posts,), IGNORED) for head in LABELS}
    return truth, torch.full((posts, tokens), IGNORED), torch.ones(posts)


@pytest.mark.parametrize("head", LABELS)
def test_a_missing_label_teaches_nothing(head: str) -> None:
    said = outputs()
    truth, tags, weight = nothing()
    truth[head][1] = 2
    torch.autograd.backward(loss_of(said, truth, tags, weight, 0.05))
    taught = said.heads[head].grad
    assert taught is not None
    assert taught[1].abs().sum() > 0
    assert taught[[0, 2]].abs().sum() == 0
    assert all(logits.grad is None for other, logits in said.heads.items() if other != head)
    assert said.places.grad is None


def test_only_tagged_tokens_teach_places() -> None:
    said = outputs()
    truth, tags, weight = nothing()
    tags[0, 1], tags[0, 2] = 1, 0
    torch.autograd.backward(loss_of(said, truth, tags, weight, 0.05))
    assert said.places.grad is not None
    assert (said.places.grad.abs().sum(dim=2) > 0).nonzero().tolist() == [[0, 1], [0, 2]]


def test_a_batch_without_labels_costs_nothing_and_breaks_nothing() -> None:
    loss = loss_of(outputs(), *nothing(), smoothing=0.05)
    torch.autograd.backward(loss)
    assert loss.item() == 0


@pytest.mark.parametrize(("shares", "of_the_whole"), [((1, 1, 1), 1), ((2, 2, 2), 2), ((0, 0, 0), 0)])
def test_posts_count_by_their_weight(shares: tuple[float, ...], of_the_whole: float) -> None:
    truth = {"topic": torch.tensor([0, 1, 2]), "urgency": torch.tensor([3, IGNORED, 1])}
    tags = torch.tensor([[IGNORED, 0, 1, 2]] * 3)
    whole = loss_of(outputs(), truth, tags, torch.ones(3), 0.05).item()
    assert loss_of(outputs(), truth, tags, torch.tensor(shares), 0.05).item() == pytest.approx(whole * of_the_whole)


@pytest.fixture
def network(base: Path) -> tuple[ReaderNetwork, PostTokenizer]:
    encoder, backend = load_base(str(base))
    torch.manual_seed(3)
    return ReaderNetwork(encoder, LABELS).eval(), PostTokenizer(backend)


@torch.no_grad()
def test_padding_changes_no_answer(network: tuple[ReaderNetwork, PostTokenizer]) -> None:
    reader, tokenizer = network
    short, long = tokenizer(["banjir di jalan", "sampah menumpuk di depan pasar sudah seminggu tidak diangkut"])
    alone = reader(*padded([short], tokenizer.padding))
    together = reader(*padded([short, long], tokenizer.padding))
    for head in LABELS:
        torch.testing.assert_close(together.heads[head][:1], alone.heads[head], atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(together.places[:1, : len(short.ids)], alone.places, atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(together.embedding[:1], alone.embedding, atol=1e-4, rtol=1e-5)
    assert alone.embedding.shape == (1, EMBEDDING)
    assert float(alone.embedding.norm()) == pytest.approx(1, abs=1e-5)


@torch.no_grad()
def test_standardised_heads_see_numbers_around_nothing(network: tuple[ReaderNetwork, PostTokenizer]) -> None:
    reader, _ = network
    pooled, states = torch.randn(50, 64) * 0.01 + 7, torch.randn(80, 32) * 0.01 - 3
    reader.standardise(pooled, states)
    for values, centre, spread in (
        (pooled, reader.centre, reader.spread),
        (states, reader.token_centre, reader.token_spread),
    ):
        even = (values - centre) / spread
        assert even.mean().abs() < 1e-3
        assert 0.8 < even.std() < 1.0
    assert {"centre", "spread", "token_centre", "token_spread"} <= reader.state_dict().keys(), "they are saved"


@pytest.mark.parametrize(
    ("text", "places", "tags"),
    [
        ("banjir di Jalan Mawar", [(10, 21)], "OOBI"),
        ("banjir di Jalan Mawar", [(12, 18)], "OOBI"),  # words that a place touches belong to it
        ("Dago Cicadas banjir", [(0, 4), (5, 12)], "BBO"),  # side by side, and two
        ("Dago banjir Dago", [(0, 4), (12, 16)], "BOB"),
        ("banjir", [], "O"),
        ("banjir 😭 Dago", [(9, 13)], "OB"),  # what is dropped has no tag
        ("", [], ""),
    ],
)
def test_tags_follow_the_places(text: str, places: list[tuple[int, int]], tags: str) -> None:
    read = words(text)
    assert "".join("OBI"[tag] for tag in tags_of(Tokens((), (), read), places)) == tags
