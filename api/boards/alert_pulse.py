"""One cheap question a process instead of one a stream: has any alarm been raised since?

Streams wait here, and read their own alarms, with their own viewer's eyes, only when the
highest alarm number has grown. Numbers commit in order, so none is passed by.
"""

import asyncio
from collections.abc import Callable

import structlog
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

log = structlog.get_logger(__name__)

INTERVAL = 0.4
"""Seconds between questions: an alarm must be on the boards within one."""


class AlertPulse:
    """Asks only while a stream waits. Belongs to the event loop of its process."""

    def __init__(self, last_alert: Callable[[], int]) -> None:
        self.newest = 0
        """The highest alarm number seen so far."""
        self._last_alert = last_alert
        self._grown = asyncio.Condition()
        self._waiting = 0
        self._asking: asyncio.Task[None] | None = None

    async def beyond(self, number: int, patience: float) -> bool:
        """Wait until an alarm above ``number`` exists; False after ``patience`` seconds without one."""
        self._waiting += 1
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(patience), self._grown:
                await self._grown.wait_for(lambda: self.newest > number)
            return True
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    async def _ask(self) -> None:
        try:
            while self._waiting:
                await self._look()
                await asyncio.sleep(INTERVAL)
        finally:
            self._asking = None

    async def _look(self) -> None:
        try:
            newest = await run_in_threadpool(self._last_alert)
        except Exception as error:  # the record may be back at the next question; streams must live to see it
            log.error("cannot ask for new alarms", exc_info=error)
            return
        if newest > self.newest:
            self.newest = newest
            async with self._grown:
                self._grown.notify_all()


def pulse_of(app: FastAPI) -> AlertPulse:
    """The pulse of this process, started by its first stream."""
    if not hasattr(app.state, "alert_pulse"):
        app.state.alert_pulse = AlertPulse(app.state.services.views.last_alert)
    pulse: AlertPulse = app.state.alert_pulse
    return pulse
