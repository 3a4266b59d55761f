"""The live alarms over a real server: quick, in order, resumable, and only for those who may see them."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from api.routes import alerts
from tests.api.conftest import Board, fires

SOON = 2.0
"""Seconds within which a new alarm must be there."""


def lines(site: str, board: Board, login: str, *, after: int = 0, last_event_id: str = "") -> Iterator[str]:
    """The lines of a stream as they come; ends after SOON seconds of silence."""
    headers = {"Last-Event-ID": last_event_id.encode()} if last_event_id else {}
    cookies = {"dengar": board.tokens[login]}
    with (
        httpx.Client(base_url=site, cookies=cookies, timeout=SOON) as client,
        client.stream("GET", "/peringatan/aliran", params={"after": after}, headers=headers) as reply,
    ):
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert reply.headers["cache-control"] == "no-store"
        yield "open"
        try:
            yield from reply.iter_lines()
        except httpx.ReadTimeout:
            return


def cards(stream: Iterator[str], wanted: int) -> list[dict[str, object]]:
    """The next alarms of a stream."""
    found: list[dict[str, object]] = []
    for line in stream:
        if line.startswith("data: {"):
            found.append(json.loads(line.removeprefix("data: ")))
        if len(found) == wanted:
            break
    return found


def test_a_new_alarm_is_there_soon(board: Board, site: str) -> None:
    stream = lines(site, board, "pantau")
    assert next(stream) == "open"
    time.sleep(0.5)
    raised = time.monotonic()
    board.post("kebakaran <b>besar</b> di Kebraon")
    (card,) = cards(stream, 1)
    assert time.monotonic() - raised < SOON
    assert card["id"] == 1
    assert card["case_id"] == 1
    assert card["title"] == "kebakaran <b>besar</b> di Kebraon"
    assert card["urgency_name"] == "Darurat"
    assert card["agency"] == "Damkar"


@pytest.mark.parametrize(
    ("after", "last_event_id", "expected"),
    [
        (0, "", [1, 2, 3]),
        (2, "", [3]),
        (0, "1", [2, 3]),
        (3, "1", [2, 3]),  # what the browser remembers is newer than the page
        (1, "x", [2, 3]),
        (2, "٣", [3]),
        (2, "9" * 30, [3]),
    ],
)
def test_a_stream_goes_on_where_it_stopped(
    board: Board, site: str, after: int, last_event_id: str, expected: list[int]
) -> None:
    for name in ("Kebraon", "Rungkut", "Wiyung"):
        board.post(f"kebakaran di {name}")
    stream = lines(site, board, "pantau", after=after, last_event_id=last_event_id)
    assert [card["id"] for card in cards(stream, len(expected))] == expected


def test_more_alarms_than_one_page_come_in_order(board: Board, site: str) -> None:
    board.post(*fires(alerts.SHOWN + 10))
    found = [card["id"] for card in cards(lines(site, board, "pantau"), alerts.SHOWN + 10)]
    assert found == list(range(1, alerts.SHOWN + 11))


def test_officers_hear_only_of_their_own_desk(board: Board, site: str) -> None:
    board.post("kebakaran di Kebraon")
    assert len(cards(lines(site, board, "api"), 1)) == 1
    assert cards(lines(site, board, "pohon"), 1) == []


def test_a_stream_ends_with_its_session(board: Board, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "RECHECK", 0.3)
    stream = lines(site, board, "pantau")
    next(stream)
    board.services.people.sign_out(board.tokens["pantau"])
    started = time.monotonic()
    assert cards(stream, 1) == []
    assert time.monotonic() - started < SOON  # closed by the server, not given up by the reader
    assert httpx.get(f"{site}/peringatan/aliran", cookies={"dengar": board.tokens["pantau"]}).status_code == 401


def test_quiet_streams_ask_the_record_once_for_all(board: Board, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    last_alert = board.services.views.last_alert

    def counted() -> int:
        nonlocal asked
        asked += 1
        return last_alert()

    monkeypatch.setattr(type(board.services.views), "last_alert", lambda _views: counted())
    streams = [lines(site, board, "pantau") for _ in range(5)]
    for stream in streams:
        next(stream)
    asked = 0
    time.sleep(1.2)
    assert 1 <= asked <= 5
    board.post("kebakaran di Kebraon")
    assert [len(cards(stream, 1)) for stream in streams] == [1] * 5
