"""Which sources are pulled, and the job that pulls those whose time has come."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import structlog

from listener.collect import collect
from listener.sources.base import Page, PullSource
from listener.sources.replay import ReplaySource
from triage.cities import pack
from triage.entities import City
from triage.errors import CityPackError
from triage.store import cursors
from triage.wiring import Services, process_services
from triage.worker import sign_of_life

log = structlog.get_logger(__name__)

SHIFT = 10.0
"""Seconds one job works before it hands over to a fresh one."""


def start(services: Services, source: str, now: datetime) -> None:
    """Begin to pull a source of the city, from its beginning; nothing happens if it runs already."""
    _puller(services.city, source)
    with services.database.write() as connection:
        cursors.ensure(connection, source, now)


def collect_due() -> None:
    """Job of the queue `collect`: one page of each source whose time has come, until none is due."""
    services = process_services()
    services.wakeups.heard("collect")
    sign_of_life(services, "collect")
    until = time.monotonic() + SHIFT
    while time.monotonic() < until:
        with services.database.read() as connection:
            due = cursors.due(connection, datetime.now(UTC))
        if not due:
            return
        added = sum(_collect_one(services, source) for source in due)
        if added:
            services.wakeups.wake("triage")


@dataclass(frozen=True, slots=True)
class _OfCity:
    """A source looked up when it is asked: one that the pack has lost fails like any other, and alone."""

    city: City
    name: str

    def fetch(self, position: str, now: datetime) -> Page:
        return _puller(self.city, self.name).fetch(position, now)


def _collect_one(services: Services, name: str) -> int:
    puller = _OfCity(services.city, name)
    return collect(name, puller, services.database, services.intake, datetime.now(UTC))


def _puller(city: City, name: str) -> PullSource:
    """What pulls a source. Raises CityPackError for one that the city lacks or that only pushes."""
    source = city.sources.get(name)
    if source is None:
        raise CityPackError(f"the city {city.id!r} has no source {name!r}", remedy=f"add it to {city.id}/city.toml")
    if source.kind != "replay":
        raise CityPackError(f"source {name!r} of kind {source.kind!r} is not pulled")
    return _replay(city.id, source.options["file"])


@cache
def _replay(city: str, file: str) -> ReplaySource:
    """A bundled stream, read once per process."""
    return ReplaySource(pack.bundled(city, file))
