"""Everything a process needs, built once and the same for API, workers and command line."""

from dataclasses import dataclass
from functools import cache, cached_property

from redis import Redis

from models.predictions import Reader
from models.serve import load_reader
from models.taxonomy import Taxonomy
from models.taxonomy import load as load_taxonomy
from triage import settings as settings_module
from triage.actions import Actions
from triage.alerts import Notifier
from triage.cities import pack
from triage.cities.boundaries import Boundaries
from triage.entities import City
from triage.intake import IntakeDoor
from triage.labels import Labels
from triage.people import People
from triage.pipeline import Pipeline
from triage.queues import Wakeups
from triage.rules.places import Gazetteer
from triage.sealing import Sealer
from triage.settings import Settings
from triage.store.database import Database
from triage.views import Views

REDIS_TIMEOUT = 2.0
"""Seconds: a Redis that does not answer must not hold an accepted post's reply."""


@dataclass
class Services:
    """One process's parts. Heavy ones are built on first use, so the web process loads no model."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        """The record."""
        return Database(self.settings.database)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The labels and their Indonesian names."""
        return load_taxonomy()

    @cached_property
    def city(self) -> City:
        """The facts of the local government served here."""
        return pack.load(self.settings.city, self.taxonomy.labels("topic"))

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Place names of the city and the streets of its archive, compiled."""
        return Gazetteer(self.city.regions, self.city.streets)

    @cached_property
    def boundaries(self) -> Boundaries:
        """Polygons of the city's kelurahan."""
        return Boundaries(pack.boundaries(self.settings.city), self.city.regions)

    @cached_property
    def reader(self) -> Reader:
        """The model in service."""
        return load_reader(self.settings.model_dir)

    @cached_property
    def sealer(self) -> Sealer:
        """Keys for originals and pseudonyms."""
        return Sealer(self.settings.secret)

    @cached_property
    def intake(self) -> IntakeDoor:
        """The door for posts."""
        return IntakeDoor(self.database, self.city, self.sealer)

    @cached_property
    def redis(self) -> Redis:
        """Connection for wake-ups."""
        return Redis.from_url(self.settings.redis, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT)

    @cached_property
    def wakeups(self) -> Wakeups:
        """How sleeping workers hear that there is work."""
        return Wakeups(self.redis)

    @cached_property
    def worker_redis(self) -> Redis:
        """Connection for a worker's blocking wait; RQ sets its own timeouts on it."""
        return Redis.from_url(self.settings.redis, socket_connect_timeout=REDIS_TIMEOUT)

    @cached_property
    def notifier(self) -> Notifier:
        """Carries alarms out of the building."""
        return Notifier(self.database, self.settings)

    @property
    def alert_channels(self) -> tuple[str, ...]:
        """Ways an alarm goes out of the building; the boards show it in any case."""
        return ("log", "webhook") if self.settings.alert_webhook else ("log",)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The stages over this process's parts; loads the model."""
        return Pipeline(
            self.database,
            self.city,
            self.reader,
            self.gazetteer,
            self.boundaries,
            alert_channels=self.alert_channels,
            max_attempts=self.settings.max_attempts,
        )

    @cached_property
    def actions(self) -> Actions:
        """What people do to cases and alarms."""
        return Actions(self.database, self.city, self.taxonomy, self.sealer, self.alert_channels)

    @cached_property
    def labels(self) -> Labels:
        """What people corrected, for training."""
        return Labels(self.database)

    @cached_property
    def views(self) -> Views:
        """What people see."""
        return Views(self.database, self.city)

    @cached_property
    def people(self) -> People:
        """Users, their sign-ins, and API keys."""
        return People(self.database, self.city)


@cache
def process_services() -> Services:
    """The services of this process, from its environment."""
    return Services(settings_module.load())
