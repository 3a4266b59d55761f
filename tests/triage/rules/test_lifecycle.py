"""What may happen to a case: the table, read from the outside."""

import pytest

from triage.rules.lifecycle import STATUS_NAMES, TRANSITIONS, after, possible


@pytest.mark.parametrize(
    ("status", "action", "expected"),
    [
        ("new", "take", "taken"),
        ("taken", "take", None),
        ("closed", "take", None),
        ("new", "forward", "new"),
        ("taken", "forward", "new"),
        ("closed", "forward", None),
        ("new", "close", "closed"),
        ("taken", "close", "closed"),
        ("closed", "close", None),
        ("new", "reopen", None),
        ("taken", "reopen", None),
        ("closed", "reopen", "new"),
        ("new", "correct", "new"),
        ("taken", "correct", "taken"),
        ("closed", "correct", "closed"),
        ("new", "burn", None),
        ("nowhere", "take", None),
    ],
)
def test_after(status: str, action: str, expected: str | None) -> None:
    assert after(status, action) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("new", ["take", "forward", "close", "correct"]),
        ("taken", ["forward", "close", "correct"]),
        ("closed", ["correct", "reopen"]),
        ("nowhere", []),
    ],
)
def test_possible(status: str, expected: list[str]) -> None:
    assert possible(status) == expected


def test_every_status_has_a_name_and_a_way_out() -> None:
    reached = {status for status, _action in TRANSITIONS} | set(TRANSITIONS.values())
    assert reached == set(STATUS_NAMES)
    assert all(possible(status) for status in STATUS_NAMES)
