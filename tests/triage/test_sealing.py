"""What the root secret opens and what it only names."""

import pytest

from triage.errors import SettingsRefused
from triage.sealing import Sealer

SECRET = b"an installation's own secret of some length"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(SECRET)


@pytest.mark.parametrize("text", ["hubungi 0812-0000-1111", "", "nul \0", "lepas \ud800", "😀" * 1000])
def test_what_is_sealed_can_be_opened_and_not_read(sealer: Sealer, text: str) -> None:
    sealed = sealer.seal(text)
    assert Sealer(SECRET).open(sealed) == text
    if text:
        assert text.encode("utf-8", "surrogatepass") not in sealed


def test_equal_texts_are_sealed_differently(sealer: Sealer) -> None:
    assert sealer.seal("sama") != sealer.seal("sama")


@pytest.mark.parametrize(
    "change", [lambda sealed: sealed[:-1], lambda sealed: b"x" + sealed[1:], lambda _sealed: b""]
)
def test_a_seal_that_was_tampered_with_does_not_open(sealer: Sealer, change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SettingsRefused):
        sealer.open(change(sealer.seal("rahasia")))


def test_another_secret_opens_nothing_and_the_error_says_what_to_do(sealer: Sealer) -> None:
    with pytest.raises(SettingsRefused) as refused:
        Sealer(SECRET + b"!").open(sealer.seal("rahasia"))
    assert "former secret" in refused.value.remedy


def test_an_author_has_one_name_at_one_source_and_another_elsewhere(sealer: Sealer) -> None:
    name = sealer.pseudonym("x", "@Budi")
    assert name == sealer.pseudonym("x", "@budi"), "handles differ in case only by typing"
    assert len(name) == 20
    assert "budi" not in name
    others = {sealer.pseudonym("facebook", "@budi"), sealer.pseudonym("x", "@budi2")}
    others.add(Sealer(SECRET + b"!").pseudonym("x", "@budi"))
    assert name not in others
    assert len(others) == 3


def test_no_author_has_no_name(sealer: Sealer) -> None:
    assert sealer.pseudonym("x", "") == ""


def test_a_demo_password_can_be_printed_again(sealer: Sealer) -> None:
    password = sealer.demo_password("siaga")
    assert password == Sealer(SECRET).demo_password("siaga")
    assert password not in (sealer.demo_password("damkar"), Sealer(SECRET + b"!").demo_password("siaga"))
    assert len(password) >= 12
