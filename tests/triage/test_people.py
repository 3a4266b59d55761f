"""Users and their sessions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from tests.support.record import rows, value
from tests.support.world import NOW
from triage import people as people_module
from triage.errors import InvalidAction, SignInFailed
from triage.people import FAILURES_BEFORE_LOCK, LOCK, SESSION_LENGTH, SHORTEST_PASSWORD, UserLine
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
    assert value(stored, "SELECT password_hash FROM users").startswith("$argon2")
    record = "".join(str(rows(stored, f"SELECT * FROM {table}")) for table in ("users", "sessions"))
    for secret in (PASSWORD, token):
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


def test_a_new_password_ends_the_sessions_of_that_user_only(stored: Services) -> None:
    add(stored)
    add(stored, "siaga", "watcher", "")
    sari, siaga = (stored.people.sign_in(login, PASSWORD, NOW) for login in ("sari", "siaga"))
    stored.people.add_user("sari", "Sari", "kuda-lumping-1948", "officer", "dlh", NOW)
    assert stored.people.viewer(sari, NOW) is None
    assert stored.people.viewer(siaga, NOW) is not None


def test_a_disabled_user_is_out_and_stays_out_until_added_again(stored: Services) -> None:
    add(stored)
    token = stored.people.sign_in("sari", PASSWORD, NOW)
    assert stored.people.disable_user("sari")
    assert not stored.people.disable_user("sari"), "once is enough"
    assert stored.people.viewer(token, NOW) is None
    assert value(stored, "SELECT count(*) FROM sessions") == 0
    with pytest.raises(SignInFailed):
        stored.people.sign_in("sari", PASSWORD, NOW)
    assert [(line.login, line.active) for line in stored.people.all_users()] == [("sari", False)]
    add(stored)
    assert stored.people.viewer(token, NOW) is None, "an old session does not come back"
    assert stored.people.sign_in("sari", PASSWORD, NOW)


def test_users_stand_in_order_of_their_login(services: Services) -> None:
    for login, role, agency in [("siaga", "watcher", ""), ("ani", "officer", "dlh")]:
        add(services, login, role, agency)
    assert services.people.all_users() == [
        UserLine("ani", "Sari", "officer", "dlh", True),
        UserLine("siaga", "Sari", "watcher", "", True),
    ]


@pytest.mark.parametrize("hostile", ["\0", "sari\0x", "x" * 100_000])
def test_hostile_names_and_passwords_are_simply_wrong(stored: Services, hostile: str) -> None:
    add(stored)
    for login, password in ((hostile, PASSWORD), ("sari", hostile)):
        with pytest.raises(SignInFailed):
            stored.people.sign_in(login, password, NOW)


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


def test_parallel_guesses_all_count(stored: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guess has read the record before any is counted."""
    add(stored)
    together = Barrier(FAILURES_BEFORE_LOCK, timeout=10)
    _after_hashing(stored, monkeypatch, together.wait)
    with ThreadPoolExecutor(FAILURES_BEFORE_LOCK) as guessers:
        list(guessers.map(lambda _: fail(stored, 1), range(FAILURES_BEFORE_LOCK)))
    monkeypatch.undo()
    assert value(stored, "SELECT locked_until FROM users") is not None
    with pytest.raises(SignInFailed):
        stored.people.sign_in("sari", PASSWORD, NOW)


@pytest.mark.parametrize("password", [PASSWORD, "a wrong guess"])
def test_who_began_before_a_lock_neither_passes_nor_lifts_it(
    stored: Services, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    add(stored)

    def others_guess() -> None:
        monkeypatch.undo()
        fail(stored, FAILURES_BEFORE_LOCK)

    _after_hashing(stored, monkeypatch, others_guess)
    for _ in range(2):
        with pytest.raises(SignInFailed):
            stored.people.sign_in("sari", password, NOW)
    assert value(stored, "SELECT locked_until FROM users") is not None
    assert value(stored, "SELECT count(*) FROM sessions") == 0


def test_who_was_disabled_or_given_another_password_while_hashing_stays_out(
    stored: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for meanwhile in (
        lambda: stored.people.disable_user("sari"),
        lambda: stored.people.add_user("sari", "Sari", "kuda-lumping-1948", "officer", "dlh", NOW),
    ):
        add(stored)

        def change(meanwhile: Callable[[], object] = meanwhile) -> None:
            monkeypatch.undo()
            meanwhile()

        _after_hashing(stored, monkeypatch, change)
        with pytest.raises(SignInFailed):
            stored.people.sign_in("sari", PASSWORD, NOW)


def _after_hashing(services: Services, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen between the look at a user and what follows from it."""
    matches = services.people._matches

    def slowly(hashed: str, secret: str) -> bool:
        right = matches(hashed, secret)
        act()
        return right

    monkeypatch.setattr(services.people, "_matches", slowly)


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
