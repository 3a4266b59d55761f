"""Carries alarms out of the building: each notice is claimed, sent, and its outcome recorded or retried.

At least once: a worker killed between sending and recording sends again. A doubled page
is a nuisance, a missing one costs a life.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import structlog
from sqlalchemy import Row
from standardwebhooks import Webhook

from triage.settings import Settings
from triage.store import alerts
from triage.store.database import Database

log = structlog.get_logger(__name__)

RETRIES = (5, 15, 60, 300, 900, 3600)
"""Seconds between tries; after the last the notice is given up and `dengar doctor` shows it."""

LEASE = timedelta(seconds=30)
"""How long a claimed notice is kept from other workers: longer than TIMEOUT."""

TIMEOUT = 10.0
"""Seconds a webhook may take to answer."""


class Notifier:
    """Built once per process by triage.wiring."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def deliver_next(self, now: datetime) -> int:
        """Send one notice whose time has come. Returns how many were tried: 0 when none is due.

        One at a time, so that a slow channel never holds notices beyond their lease.
        """
        with self._database.write() as connection:
            due = alerts.take_due_notices(connection, now, LEASE, 1)
        for notice in due:
            self._deliver(notice)
        return len(due)

    def _deliver(self, notice: Row[Any]) -> None:
        with self._database.read() as connection:
            alert = alerts.one(connection, notice.alert_id)
        assert alert is not None  # a notice refers to its alert
        try:
            outcome = self._send(notice.channel, alert)
            delivered = True
        except Exception as error:  # a channel can fail in any way; it is recorded and tried again
            outcome, delivered = f"{type(error).__name__}: {error}", False
        now = datetime.now(UTC)
        retry_at = None
        if not delivered and notice.attempts <= len(RETRIES):
            retry_at = now + timedelta(seconds=RETRIES[notice.attempts - 1])
        with self._database.write() as connection:
            alerts.settle_notice(connection, notice, outcome=outcome, now=now, delivered=delivered, retry_at=retry_at)

    def _send(self, channel: str, alert: Row[Any]) -> str:
        """Send over one channel and return what it answered. Raises HTTPError or ValueError."""
        if channel == "log":
            log.warning("ALARM", alert=alert.id, case=alert.case_id, agency=alert.agency, reason=alert.reason)
            return "written to the log"
        body = orjson.dumps(
            {
                "type": "alert.raised",
                "alert": alert.id,
                "case": alert.case_id,
                "agency": alert.agency,
                "reason": alert.reason,
                "title": alert.title,
                "place": alert.place_name,
                "raised_at": alert.raised_at,
            }
        ).decode()
        now, message_id = datetime.now(UTC), f"alert-{alert.id}"
        secret = self._settings.alert_webhook_secret.get_secret_value()
        signature = Webhook(secret).sign(message_id, now, body)
        reply = httpx.post(
            self._settings.alert_webhook,
            content=body,
            headers={
                "content-type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signature,
            },
            timeout=TIMEOUT,
            follow_redirects=False,
        )
        # A redirect is a failure too: the secret's owner moved, and we do not follow blindly.
        if not reply.is_success:
            raise ValueError(f"HTTP {reply.status_code}")
        return f"HTTP {reply.status_code}"
