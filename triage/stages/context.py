"""What a stage may look at: the city, the reader, the moment, and one open transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from models.predictions import Reader
from triage.cities.boundaries import Boundaries
from triage.entities import City
from triage.rules.places import Gazetteer


@dataclass(frozen=True, slots=True)
class StageContext:
    """Built by the pipeline for one batch."""

    now: datetime
    city: City
    reader: Reader
    gazetteer: Gazetteer
    boundaries: Boundaries
    connection: Connection
