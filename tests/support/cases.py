"""A case on a desk, for tests of what people do to it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from tests.support.record import rows, value
from tests.support.world import NOW, decide_all, officer, take_in
from triage.wiring import Services

DISHUB = officer("dishub")
LATER = NOW + timedelta(hours=1)


def a_case(services: Services, words: str = "lampu mati di Kelurahan Mojo") -> int:
    """A case on the desk of dishub."""
    take_in(services, words)
    decide_all(services)
    return int(value(services, "SELECT id FROM cases"))


def case_row(services: Services) -> Row[Any]:
    (row,) = rows(services, "SELECT * FROM cases")
    return row


def post_of(services: Services) -> str:
    return str(value(services, "SELECT post_id FROM case_posts"))
