"""Users, their sessions, and API keys."""

from datetime import timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher

from tests.support.record import rows, value
from tests.support.world import NOW
from triage import people as people_module
from triage.errors import InvalidAction, KeyRefused, SignInFailed
from triage.people import FAILURES_BEFORE_LOCK, LOCK, SESSION_LENGTH, SHORTEST_PASSWORD, People
from triage.wiring import Services

PASSWORD = "kuda-lumping-1947"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 as ever, with less work: its own strength is not what is tested here."""
    monkeypatch.setattr(
        people_module, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
    )


def add(services: Services, login: str = "sari", role: str = "officer", agency: str = "dlh") -> None:
    services.people.add_user(login, "Sari", PASSWORD, role, agency, NOW)


# --- users -------------------------------------------------------------------------------


def test_an_officer_signs_in_and_is_known(stored: Services) -> None:
    add(stored)
    token = stored.people.sign_in("sari", PASSWORD, NOW)
    viewer = stored.people.viewer(token, NOW)
    assert viewer is not None
    assert (viewer.login, viewer.name, viewer.role, viewer.agency) == ("sari", "Sari", "officer", "dlh")
    assert not viewer.sees_all
    assert len(viewer.csrf) > 20


def test_only_hashes_are_stored(stored: Services) -> None:
    add(stored)
    token = stored.people.sign_in("sari", PASSWORD, NOW)
    key = stored.people.add_key("situs", "api", NOW)
    assert value(stored, "SELECT password_hash FROM users").startswith("$argon2")
    assert value(stored, "SELECT secret_hash FROM keys").startswith("$argon2")
    record = "".join(str(rows(stored, f"SELECT * FROM {table}")) for table in ("users", "sessions", "keys"))
    for secret in (PASSWORD, token, key, key.split("_", 2)[2]):
        assert secret not in record


@pytest.mark.parametrize(
    ("role", "agency", "password", "problem"),
    [
        ("boss", "", PASSWORD, "unknown role"),
        ("officer", "", PASSWORD, "agency"),
        ("watcher", "dlh", PASSWORD, "agency"),
        ("operator", "dlh", PASSWORD, "agency"),
        ("officer", "nosuch", PASSWORD, "unknown agency"),
        ("officer", "dlh", "x" * (SHORTEST_PASSWORD - 1), "at least"),
    ],
)
def test_users_that_cannot_be(services: Services, role: str, agency: str, password: str, problem: str) -> None:
    with pytest.raises(InvalidAction, match=problem):
        services.people.add_user("sari", "Sari", password, role, agency, NOW)
    assert value(services, "SELECT count(*) FROM users") == 0


@pytest.mark.parametrize(
    ("login", "password"),
    [("sari", "wrong"), ("nobody", PASSWORD), ("", ""), ("SARI", PASSWORD), ("sari", PASSWORD + " ")],
)
def test_wrong_name_and_wrong_password_sound_alike(services: Services, login: str, password: str) -> None:
    add(services)
    with pytest.raises(SignInFailed) as refused:
        services.people.sign_in(login, password, NOW)
    assert str(refused.value) == "wrong name or password"
    assert value(services, "SELECT count(*) FROM sessions") == 0


def test_a_user_added_again_has_the_new_password_and_desk(stored: Services) -> None:
    add(stored)
    stored.people.add_user("sari", "Sari W.", "kuda-lumping-1948", "officer", "dishub", NOW)
    with pytest.raises(SignInFailed):
        stored.people.sign_in("sari", PASSWORD, NOW)
    viewer = stored.people.viewer(stored.people.sign_in("sari", "kuda-lumping-1948", NOW), NOW)
    assert viewer is not None
    assert (viewer.name, viewer.agency) == ("Sari W.", "dishub")


# --- guessing ----------------------------------------------------------------------------


def fail(services: Services, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            services.people.sign_in("sari", "a wrong guess", NOW)


def test_too_many_wrong_passwords_lock_for_a_while(services: Services) -> None:
    add(services)
    fail(services, FAILURES_BEFORE_LOCK)
    with pytest.raises(SignInFailed):
        services.people.sign_in("sari", PASSWORD, NOW + LOCK - SECOND)
    assert services.people.sign_in("sari", PASSWORD, NOW + LOCK + SECOND)


def test_one_guess_fewer_does_not_lock_and_success_forgets(services: Services) -> None:
    add(services)
    for _ in range(2):
        fail(services, FAILURES_BEFORE_LOCK - 1)
        assert services.people.sign_in("sari", PASSWORD, NOW)


def test_a_lock_is_one_login_not_all(services: Services) -> None:
    add(services)
    add(services, "siaga", "watcher", "")
    fail(services, FAILURES_BEFORE_LOCK)
    assert services.people.sign_in("siaga", PASSWORD, NOW)


# --- sessions ----------------------------------------------------------------------------


def test_a_session_ends_with_the_shift(stored: Services) -> None:
    add(stored)
    token = stored.people.sign_in("sari", PASSWORD, NOW)
    assert stored.people.viewer(token, NOW + SESSION_LENGTH - SECOND) is not None
    assert stored.people.viewer(token, NOW + SESSION_LENGTH) is None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "' OR 1=1 --"])
def test_tokens_that_nobody_got(services: Services, token: str) -> None:
    assert services.people.viewer(token, NOW) is None


def test_signing_out_ends_this_session_only(services: Services) -> None:
    add(services)
    here, there = (services.people.sign_in("sari", PASSWORD, NOW) for _ in range(2))
    services.people.sign_out(here)
    assert services.people.viewer(here, NOW) is None
    assert services.people.viewer(there, NOW) is not None


# --- keys --------------------------------------------------------------------------------


def test_a_key_opens_for_its_source(stored: Services) -> None:
    key = stored.people.add_key("situs kota", "webform", NOW)
    known = stored.people.key(key)
    assert (known.name, known.source) == ("situs kota", "webform")


def test_a_key_names_a_source_of_the_city(services: Services) -> None:
    with pytest.raises(InvalidAction, match="unknown source"):
        services.people.add_key("situs", "nosuch", NOW)


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


def test_a_verified_key_is_remembered_for_a_moment_by_one_process(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """argon2 is slow by design; a program that sends a hundred batches pays for it once."""
    key = services.people.add_key("situs", "", NOW)
    services.people.key(key)
    services.people.revoke_key(services.people.all_keys()[0].prefix, NOW)
    assert services.people.key(key).name == "situs"
    with pytest.raises(KeyRefused):
        People(services.database, services.city).key(key)
    clock = people_module.time.monotonic
    monkeypatch.setattr(people_module.time, "monotonic", lambda: clock() + people_module.KEY_MEMORY)
    with pytest.raises(KeyRefused):
        services.people.key(key)


@pytest.mark.parametrize("hostile", ["\0", "sari\0x", "x" * 100_000])
def test_hostile_names_and_passwords_are_simply_wrong(stored: Services, hostile: str) -> None:
    add(stored)
    for login, password in ((hostile, PASSWORD), ("sari", hostile)):
        with pytest.raises(SignInFailed):
            stored.people.sign_in(login, password, NOW)
