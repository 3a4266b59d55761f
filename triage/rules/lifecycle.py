"""What may happen to a case, as one table: (status, action) -> next status."""

TRANSITIONS: dict[tuple[str, str], str] = {
    ("new", "take"): "taken",
    ("new", "forward"): "new",
    ("taken", "forward"): "new",
    ("new", "close"): "closed",
    ("taken", "close"): "closed",
    ("new", "correct"): "new",
    ("taken", "correct"): "taken",
    ("closed", "correct"): "closed",
    ("closed", "reopen"): "new",
}

STATUS_NAMES = {"new": "Baru", "taken": "Ditangani", "closed": "Selesai"}
"""Status -> what boards call it."""


def after(status: str, action: str) -> str | None:
    """The status after an action; None when the table does not allow it."""
    return TRANSITIONS.get((status, action))


def possible(status: str) -> list[str]:
    """The actions that a case in this status allows, in the table's order."""
    return [action for (of, action) in TRANSITIONS if of == status]
