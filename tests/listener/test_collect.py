"""Collecting: a page and its cursor move together, whoever else collects, whatever fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from listener import schedule
from listener.collect import AFTER_FAILURE, collect
from listener.sources.base import Page
from tests.support.world import NOW, post
from triage.entities import IncomingPost
from triage.errors import CityPackError
from triage.store import cursors, posts
from triage.wiring import Services

NEXT = NOW + timedelta(seconds=1)


@dataclass
class Feed:
    """A source with two posts a page; ``meanwhile`` happens between fetching and storing."""

    meanwhile: Callable[[], None] = lambda: None
    asked: list[str] = field(default_factory=list)

    def fetch(self, position: str, now: datetime) -> Page:
        self.asked.append(position)
        first = int(position or 0)
        page = [post(f"lampu {number} mati", number) for number in (first, first + 1)]
        self.meanwhile()
        return Page(page, str(first + 2), now + timedelta(seconds=1))


class Broken:
    """A source that fails."""

    def fetch(self, position: str, now: datetime) -> Page:
        raise ConnectionError("HTTP 503")


class Fixed:
    """A source with one given page."""

    def __init__(self, *page: IncomingPost) -> None:
        self._page = page

    def fetch(self, position: str, now: datetime) -> Page:
        return Page(self._page, "end", NEXT)


def started(services: Services) -> Services:
    """With a source `x` at its beginning."""
    with services.database.write() as connection:
        cursors.ensure(connection, "x", NOW)
    return services


def once(services: Services, feed: object, now: datetime = NOW) -> int:
    """One page of `x`."""
    return collect("x", feed, services.database, services.intake, now)  # type: ignore[arg-type]


def state(services: Services) -> tuple[str, str, datetime, int]:
    """Position, error, next look of `x`; number of posts."""
    with services.database.read() as connection:
        row = cursors.read(connection, "x")
        return row.position, row.error, row.next_at, sum(posts.states(connection).values())


def test_pages_follow_each_other(stored: Services) -> None:
    feed = Feed()
    assert [once(started(stored), feed) for _ in range(3)] == [2, 2, 2]
    assert feed.asked == ["", "2", "4"]
    assert state(stored) == ("6", "", NEXT, 6)


def test_of_two_collectors_with_one_page_one_stores(stored: Services) -> None:
    started(stored)
    slow = Feed(meanwhile=lambda: added.append(once(stored, Feed())))
    added: list[int] = []
    added.append(once(stored, slow))
    assert added == [2, 0]
    assert state(stored)[0] == "2"
    assert state(stored)[3] == 2


def test_a_kill_between_fetching_and_storing_loses_and_doubles_nothing(stored: Services) -> None:
    def killed() -> None:
        raise KeyboardInterrupt  # like SIGKILL for us: nobody catches it

    with pytest.raises(KeyboardInterrupt):
        once(started(stored), Feed(meanwhile=killed))
    assert state(stored) == ("", "", NOW, 0)
    assert once(stored, Feed()) == 2
    assert state(stored)[3] == 2


def test_a_kill_while_storing_leaves_neither_posts_nor_cursor(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(services)
    store = posts.store

    def dying(*arguments: object) -> None:
        store(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(posts, "store", dying)
    with pytest.raises(KeyboardInterrupt):
        once(services, Feed())
    monkeypatch.undo()
    assert state(services) == ("", "", NOW, 0)
    assert once(services, Feed()) == 2


def test_a_source_that_fails_is_noted_left_alone_and_asked_again(services: Services) -> None:
    started(services)
    once(services, Feed())
    assert once(services, Broken()) == 0
    position, error, next_at, count = state(services)
    assert (position, next_at, count) == ("2", NOW + AFTER_FAILURE, 2)
    assert "HTTP 503" in error
    with services.database.read() as connection:
        assert cursors.due(connection, NOW) == []
        assert cursors.due(connection, NOW + AFTER_FAILURE) == ["x"]
    assert once(services, Feed(), NOW + AFTER_FAILURE) == 2
    assert state(services)[:2] == ("4", "")


def test_a_post_that_cannot_be_taken_does_not_hold_up_its_source(services: Services) -> None:
    page = Fixed(post("lampu mati", 1), post(" ", 2), post("jalan rusak", 3))
    assert once(started(services), page) == 2
    assert state(services) == ("end", "", NEXT, 2)


@pytest.mark.parametrize(("name", "says"), [("nosuch", "has no source 'nosuch'"), ("api", "is not pulled")])
def test_only_a_pulled_source_of_the_city_can_be_started(services: Services, name: str, says: str) -> None:
    with pytest.raises(CityPackError, match=says):
        schedule.start(services, name, NOW)


def test_a_source_that_left_the_city_does_not_stop_the_others(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    with services.database.write() as connection:
        cursors.ensure(connection, "x", now)  # only pushes in this city
        cursors.ensure(connection, "gone", now - timedelta(days=1))
    schedule.start(services, "demo", now)
    monkeypatch.setattr(schedule, "process_services", lambda: services)
    schedule.collect_due()
    with services.database.read() as connection:
        assert "no source 'gone'" in cursors.read(connection, "gone").error
        assert "not pulled" in cursors.read(connection, "x").error
        assert cursors.read(connection, "demo").error == ""
        assert cursors.read(connection, "demo").revision > 0
