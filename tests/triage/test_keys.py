"""API keys of programs that send posts."""

from functools import partial

import pytest
from argon2 import PasswordHasher

from tests.support.record import rows, value
from tests.support.world import NOW
from triage import people as people_module
from triage.errors import InvalidAction, KeyRefused
from triage.wiring import Services


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 as ever, with less work: its own strength is not what is tested here."""
    monkeypatch.setattr(
        people_module, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
    )


def test_a_key_opens_for_its_source(stored: Services) -> None:
    key = stored.people.add_key("situs kota", "webform", NOW)
    known = stored.people.key(key)
    assert (known.name, known.source) == ("situs kota", "webform")


def test_a_key_names_a_source_of_the_city(services: Services) -> None:
    with pytest.raises(InvalidAction, match="unknown source"):
        services.people.add_key("situs", "nosuch", NOW)


def test_only_a_hash_is_stored(stored: Services) -> None:
    key = stored.people.add_key("situs", "api", NOW)
    assert value(stored, "SELECT secret_hash FROM keys").startswith("$argon2")
    record = str(rows(stored, "SELECT * FROM keys"))
    for secret in (key, key.split("_", 2)[2]):
        assert secret not in record


@pytest.mark.parametrize(
    "presented", ["", "x", "dgr_", "dgr_a", "dgr_a_b", "abc_{prefix}_{secret}", "dgr_{prefix}_x"]
)
def test_keys_that_nobody_made(services: Services, presented: str) -> None:
    _dgr, prefix, secret = services.people.add_key("situs", "", NOW).split("_", 2)
    with pytest.raises(KeyRefused):
        services.people.key(presented.format(prefix=prefix, secret=secret))


def test_a_revoked_key_is_refused(stored: Services) -> None:
    key = stored.people.add_key("situs", "", NOW)
    (line,) = stored.people.all_keys()
    assert stored.people.revoke_key(line.prefix, NOW)
    assert not stored.people.revoke_key(line.prefix, NOW), "once is enough"
    with pytest.raises(KeyRefused):
        stored.people.key(key)
    assert [line.revoked_at for line in stored.people.all_keys()] == [NOW]


@pytest.fixture
def hashed(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Secrets that went through argon2, which is slow by design."""
    seen: list[str] = []
    matches = services.people._matches

    def noted(hashed: str, secret: str) -> bool:
        seen.append(secret)
        return matches(hashed, secret)

    monkeypatch.setattr(services.people, "_matches", noted)
    return seen


def test_a_key_is_hashed_once_by_a_process_and_still_refused_as_soon_as_it_is_revoked(
    services: Services, hashed: list[str]
) -> None:
    key = services.people.add_key("situs", "", NOW)
    for _ in range(3):
        assert services.people.key(key).name == "situs"
    assert len(hashed) == 1
    services.people.revoke_key(services.people.all_keys()[0].prefix, NOW)
    with pytest.raises(KeyRefused):
        services.people.key(key)


def test_guesses_cost_the_guesser_only(services: Services, hashed: list[str]) -> None:
    key = services.people.add_key("situs", "", NOW)
    with pytest.raises(KeyRefused):
        services.people.key("dgr_0000000000_guess")
    assert hashed == [], "nobody has this prefix"
    services.people.key(key)
    with pytest.raises(KeyRefused):
        services.people.key(key + "x")
    assert len(hashed) == 1, "the right secret is known by now"
