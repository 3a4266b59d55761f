"""A look into the record in plain SQL, and texts whose matters lie far apart."""

from typing import Any

from sqlalchemy import Row, select, text

from triage.entities import Region
from triage.store.tables import metadata
from triage.wiring import Services

FAR_DEGREES = 0.02
"""Some 2.2 km: beyond what matching calls near."""


def rows(services: Services, sql: str) -> list[Row[Any]]:
    """What a query finds."""
    with services.database.read() as connection:
        return list(connection.execute(text(sql)))


def value(services: Services, sql: str) -> Any:
    """The one value that a query finds."""
    ((found,),) = rows(services, sql)
    return found


def everything(services: Services, *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table except ``but``: two equal looks mean that nothing was written between them."""
    with services.database.read() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in but
        }


def far_apart(services: Services, number: int) -> list[str]:
    """Names of kelurahan that the gazetteer knows without doubt and of which no two are near each other."""
    chosen: list[Region] = []
    for region in services.city.regions:
        found = services.gazetteer.best(f"Kelurahan {region.name}")
        sure = region.level == "kelurahan" and found is not None and found.code == region.code
        if sure and all(_far(region, one) for one in chosen):
            chosen.append(region)
        if len(chosen) == number:
            return [region.name for region in chosen]
    raise ValueError(f"the city has no {number} kelurahan so far apart, only {len(chosen)}")


def _far(one: Region, other: Region) -> bool:
    return max(abs(one.lat - other.lat), abs(one.lon - other.lon)) > FAR_DEGREES
