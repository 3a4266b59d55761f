"""Alarms: notices to a real server on loopback, signed and tried again; acknowledgements; numbers."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, Row
from standardwebhooks import Webhook

from tests.support.record import far_apart, rows, value
from tests.support.world import NOW, OPERATOR, WATCHER, decide_all, officer, post, take_in
from triage.alerts import LEASE, RETRIES
from triage.entities import OpenCase
from triage.errors import NotFound
from triage.people import Viewer
from triage.rules.duplicates import WINDOW
from triage.store import alerts, matters
from triage.wiring import Services

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Pager:
    """A webhook's receiver that answers as it is told and keeps what came."""

    url: str = ""
    answer: int = 204
    location: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def pager() -> Iterator[Pager]:
    """A receiver on loopback."""
    pager = Pager()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            pager.came.append(({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(pager.answer)
            if pager.location:
                self.send_header("location", pager.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    pager.url = f"http://127.0.0.1:{server.server_address[1]}/alarm"
    yield pager
    server.shutdown()
    thread.join(5)
    server.server_close()


def with_webhook(services: Services, url: str) -> None:
    services.settings = type(services.settings)(
        data_dir=services.settings.data_dir,
        database_url=services.settings.database_url,
        alert_webhook=url,
        alert_webhook_secret=SECRET,  # type: ignore[arg-type]
    )


def raise_alarm(services: Services) -> None:
    take_in(services, "kebakaran di Kelurahan Mojo")
    decide_all(services)


def webhook_notice(services: Services) -> Row[Any]:
    (row,) = rows(services, "SELECT * FROM notices WHERE channel = 'webhook'")
    return row


def due_at(services: Services) -> datetime:
    with services.database.read() as connection:
        (notice,) = [n for n in alerts.notices_of(connection, 1) if n.channel == "webhook"]
    due = notice.due_at
    assert isinstance(due, datetime)
    return due


def deliver_due(services: Services, now: datetime) -> int:
    tried = 0
    while services.notifier.deliver_next(now):
        tried += 1
    return tried


# --- delivery ----------------------------------------------------------------------------


def test_an_alarm_reaches_the_pager_signed(stored: Services, pager: Pager) -> None:
    with_webhook(stored, pager.url)
    raise_alarm(stored)
    assert deliver_due(stored, datetime.now(UTC)) == 2
    ((headers, body),) = pager.came
    told = Webhook(SECRET).verify(body, headers)
    assert told == json.loads(body)
    raised_at = datetime.fromisoformat(told.pop("raised_at"))
    assert abs(raised_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert told == {
        "type": "alert.raised", "alert": 1, "case": value(stored, "SELECT id FROM cases"), "agency": "damkar",
        "reason": "darurat", "title": "kebakaran di Kelurahan Mojo", "place": "Mojo",
    }  # fmt: skip
    assert headers["webhook-id"] == "alert-1", "a second delivery can be told from a second alarm"
    found = rows(stored, "SELECT channel, state, attempts, outcome FROM notices ORDER BY channel")
    assert [tuple(row) for row in found] == [
        ("log", "delivered", 1, "written to the log"),
        ("webhook", "delivered", 1, "HTTP 204"),
    ]
    assert deliver_due(stored, datetime.now(UTC) + timedelta(days=1)) == 0, "once is enough"


def test_a_signature_by_another_secret_is_told_apart(services: Services, pager: Pager) -> None:
    with_webhook(services, pager.url)
    raise_alarm(services)
    deliver_due(services, datetime.now(UTC))
    ((headers, body),) = pager.came
    with pytest.raises(Exception, match="signature"):
        Webhook("whsec_" + "A" * 32).verify(body, headers)
    with pytest.raises(Exception, match="signature"):
        Webhook(SECRET).verify(body.replace(b"Mojo", b"Pacar"), headers)


# --- failures ----------------------------------------------------------------------------


def test_a_failing_pager_is_tried_again_by_the_schedule_and_then_given_up(stored: Services, pager: Pager) -> None:
    pager.answer = 503
    with_webhook(stored, pager.url)
    raise_alarm(stored)
    deliver_due(stored, datetime.now(UTC))
    for number, pause in enumerate(RETRIES, 1):
        notice = webhook_notice(stored)
        assert (notice.state, notice.attempts, notice.outcome) == ("pending", number, "ValueError: HTTP 503")
        due = due_at(stored)
        assert abs((due - datetime.now(UTC)).total_seconds() - pause) < 3
        assert deliver_due(stored, due - timedelta(seconds=1)) == 0, "not before its time"
        assert deliver_due(stored, due) == 1
    notice = webhook_notice(stored)
    assert (notice.state, notice.attempts, notice.delivered_at) == ("failed", len(RETRIES) + 1, None)
    assert deliver_due(stored, datetime.now(UTC) + timedelta(days=1)) == 0
    assert len({headers["webhook-id"] for headers, _body in pager.came}) == 1


def test_a_pager_that_recovers_gets_the_alarm(services: Services, pager: Pager) -> None:
    pager.answer = 500
    with_webhook(services, pager.url)
    raise_alarm(services)
    deliver_due(services, datetime.now(UTC))
    pager.answer = 200
    assert deliver_due(services, due_at(services)) == 1
    notice = webhook_notice(services)
    assert (notice.state, notice.attempts, notice.outcome) == ("delivered", 2, "HTTP 200")


def test_a_redirect_is_not_followed(services: Services, pager: Pager) -> None:
    pager.answer, pager.location = 307, pager.url
    with_webhook(services, pager.url)
    raise_alarm(services)
    deliver_due(services, datetime.now(UTC))
    assert len(pager.came) == 1
    assert webhook_notice(services).outcome == "ValueError: HTTP 307"


def test_a_pager_that_is_not_there_holds_up_no_other_channel(services: Services) -> None:
    with_webhook(services, "http://127.0.0.1:1/alarm")
    raise_alarm(services)
    assert deliver_due(services, datetime.now(UTC)) == 2
    assert webhook_notice(services).outcome.startswith("ConnectError")
    assert value(services, "SELECT state FROM notices WHERE channel = 'log'") == "delivered"


# --- claims ------------------------------------------------------------------------------


def test_two_senders_never_take_the_same_notice(stored: Services) -> None:
    raise_alarm(stored)
    now = datetime.now(UTC)

    def take(at: datetime) -> list[Row[Any]]:
        with stored.database.write() as connection:
            return alerts.take_due_notices(connection, at, LEASE, 20)

    assert len(take(now)) == 1
    assert take(now) == []
    assert take(now + LEASE - timedelta(seconds=1)) == []
    (again,) = take(now + LEASE)
    assert (again.attempts, again.fence) == (2, 2), "a sender that died is replaced"


def test_a_sender_that_was_replaced_records_nothing(stored: Services) -> None:
    raise_alarm(stored)
    now = datetime.now(UTC)
    with stored.database.write() as connection:
        (late,) = alerts.take_due_notices(connection, now, LEASE, 20)
        (later,) = alerts.take_due_notices(connection, now + LEASE, LEASE, 20)
    for notice, outcome in ((later, "in time"), (late, "too late")):
        with stored.database.write() as connection:
            alerts.settle_notice(connection, notice, outcome=outcome, now=now, delivered=True, retry_at=None)
    assert value(stored, "SELECT outcome FROM notices") == "in time"


# --- acknowledgements --------------------------------------------------------------------

LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize("viewer", [WATCHER, OPERATOR, officer("damkar")], ids=lambda viewer: viewer.login)
def test_an_alarm_is_acknowledged_once(stored: Services, viewer: Viewer) -> None:
    raise_alarm(stored)
    assert stored.actions.acknowledge(viewer, 1, LATER)
    assert not stored.actions.acknowledge(WATCHER, 1, LATER + timedelta(minutes=1))
    (alert,) = stored.views.alerts(WATCHER).seen
    assert (alert.acknowledged_by, alert.acknowledged_at) == (viewer.login, LATER)
    told = rows(stored, "SELECT actor FROM case_events WHERE action = 'acknowledge'")
    assert [row.actor for row in told] == [viewer.login]


@pytest.mark.parametrize(("viewer", "number"), [(officer("dlh"), 1), (WATCHER, 2), (officer(""), 1)])
def test_alarms_of_others_do_not_exist(services: Services, viewer: Viewer, number: int) -> None:
    raise_alarm(services)
    with pytest.raises(NotFound):
        services.actions.acknowledge(viewer, number, LATER)


# --- numbers -----------------------------------------------------------------------------


def test_numbers_are_consecutive_and_a_follower_misses_none(stored: Services) -> None:
    """Four writers raise alarms at once, some roll back, and someone follows with a cursor."""
    places = far_apart(stored, 24)
    stored.intake.accept([post(f"lampu mati di Kelurahan {place}", n) for n, place in enumerate(places)], NOW)
    decide_all(stored)
    with stored.database.read() as connection:
        open_cases = matters.open_near(connection, {("penerangan_jalan", matters.ANYWHERE)}, NOW - WINDOW[False])
    assert len(open_cases) == 24
    failures: list[BaseException] = []

    def call(connection: Connection, case: OpenCase) -> None:
        alerts.raise_alert(
            connection,
            case_id=case.id,
            agency=case.agency,
            urgency="darurat",
            reason="uji",
            channels=("log",),
            now=NOW,
        )

    def break_down(case: OpenCase) -> None:
        """A worker that got a number and never commits."""
        with suppress(ZeroDivisionError), stored.database.write() as connection:
            call(connection, case)
            raise ZeroDivisionError

    def write(share: int) -> None:
        try:
            for number, case in enumerate(open_cases[share::4]):
                if number % 2:
                    break_down(case)
                with stored.database.write() as connection:
                    call(connection, case)
        except BaseException as error:
            failures.append(error)
            raise

    followed: list[int] = []
    done = Event()

    def follow() -> None:
        last_look = False
        while not last_look:
            last_look = done.is_set()
            after = followed[-1] if followed else 0
            followed.extend(line.id for line in stored.views.alerts_after(WATCHER, after))

    follower = Thread(target=follow)
    writers = [Thread(target=write, args=(share,)) for share in range(4)]
    for thread in (follower, *writers):
        thread.start()
    for thread in writers:
        thread.join(30)
    done.set()
    follower.join(30)
    assert failures == []
    assert [row.id for row in rows(stored, "SELECT id FROM alerts ORDER BY id")] == list(range(1, 25))
    assert followed == list(range(1, 25))
