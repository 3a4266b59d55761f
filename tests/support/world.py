"""Services as a process has them, over a database of the test's own."""

from datetime import UTC, datetime

from tests.support.reader import WordReader
from triage import worker
from triage.entities import IncomingPost, Intake
from triage.people import Viewer
from triage.wiring import Services

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, 09:00 in Surabaya: every office is open."""

OPERATOR = Viewer(login="op", name="Op", role="operator", agency="", csrf="c")
WATCHER = Viewer(login="siaga", name="Siaga", role="watcher", agency="", csrf="c")


def officer(agency: str) -> Viewer:
    """An officer of a desk."""
    return Viewer(login=f"officer-{agency}", name=agency, role="officer", agency=agency, csrf="c")


class SilentWakeups:
    """Wake-ups for tests without Redis: remembers who was woken."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def wake(self, kind: str) -> bool:
        """Note it."""
        self.woken.append(kind)
        return True

    def heard(self, kind: str) -> None:
        """Nothing to lift."""


def quiet(services: Services) -> Services:
    """Give services a reader that needs no model and wake-ups that need no Redis."""
    services.reader = WordReader()
    services.wakeups = SilentWakeups()  # type: ignore[assignment]
    return services


def post(text: str, number: int = 1, *, source: str = "api", at: datetime = NOW, **fields: str) -> IncomingPost:
    """A post as a source hands it over."""
    return IncomingPost(source=source, external_id=f"{source}-{number}", text=text, created_at=at, **fields)


def take_in(services: Services, *texts: str, at: datetime = NOW) -> Intake:
    """Accept texts as posts numbered from 1."""
    return services.intake.accept([post(text, number, at=at) for number, text in enumerate(texts, 1)], at)


def decide_all(services: Services) -> int:
    """Run the pipeline until nothing waits. Returns how many posts were claimed."""
    total = 0
    while claimed := worker.decide_batch(services):
        total += claimed
    return total
