"""Reads a city pack: the folder of facts by which one local government differs from another.

``city.toml`` (who), ``agencies.toml`` (desks), ``routing.toml`` (which desk), ``deadlines.toml``
(how long), ``places.csv`` (gazetteer), ``boundaries.geojson`` (map) and, where the city has an
archive, ``streets.csv`` (learnt names). Every fault is a CityPackError that names the file, the entry and the remedy.
"""

import csv
import io
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.cities import checks, streets
from triage.cities.calendar import indonesian_holidays
from triage.cities.entries import Entry, refuse
from triage.entities import Agency, City, DeadlineRule, Level, OfficeHours, Region, RoutingRule, Source, Street
from triage.errors import CityPackError

Word = TypeVar("Word", bound=str)

_CITY_ID = re.compile(r"[a-z][a-z0-9-]*")
_KINDS: tuple[Literal["dinas", "kecamatan", "triage"], ...] = ("dinas", "kecamatan", "triage")
_SOURCE_KINDS = ("push", "replay")
_LEVELS: tuple[Level, ...] = ("city", "kecamatan", "kelurahan")


def available() -> list[str]:
    """Ids of the city packs that ship, sorted."""
    folders = resources.files("triage.cities").iterdir()
    return sorted(folder.name for folder in folders if folder.joinpath("city.toml").is_file())


def load(city_id: str, topics: Collection[str] = ()) -> City:
    """The checked pack of a city.

    With ``topics`` (the labels of the taxonomy) every one must have a line in the routing table,
    and the table may name no other. Raises CityPackError.
    """
    return load_folder(_folder(city_id), topics)


def boundaries(city_id: str) -> str:
    """The polygons of kelurahan and kecamatan as GeoJSON text, for the map and for locating."""
    return _read(_folder(city_id), "boundaries.geojson")


def bundled(city_id: str, file: str) -> Traversable:
    """A file that a source of the pack names, such as a stream to replay. Raises CityPackError if it is missing."""
    path = _folder(city_id).joinpath(file)
    if not path.is_file():
        raise refuse("city.toml", f"source file {file!r}", "is not in the pack", "add it, or take the source out")
    return path


def load_folder(folder: Traversable, topics: Collection[str] = ()) -> City:
    """The checked pack in any folder; as ``load``."""
    tables = _toml(folder, "city.toml")
    about = Entry("city.toml", "city", tables)
    about.only({"id", "code", "name", "timezone", "triage_agency", "office_hours", "source"})
    city = City(
        id=about.text("id"),
        code=about.text("code"),
        name=about.text("name"),
        timezone=_timezone(about),
        triage_agency=about.text("triage_agency"),
        agencies=_agencies(folder),
        routing=_routing(folder),
        deadlines=_deadlines(folder),
        hours=_office_hours(tables),
        holidays=indonesian_holidays(),
        regions=_regions(folder),
        streets=_streets(folder),
        sources=_sources(tables),
    )
    checks.check(city, topics)
    return city


# --- files -------------------------------------------------------------------------------


def _folder(city_id: str) -> Traversable:
    folder = resources.files("triage.cities").joinpath(city_id) if _CITY_ID.fullmatch(city_id) else None
    if folder is None or not folder.joinpath("city.toml").is_file():
        raise CityPackError(f"no city pack {city_id!r}", remedy=f"use one of: {', '.join(available())}")
    return folder


def _read(folder: Traversable, file: str) -> str:
    try:
        return folder.joinpath(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise refuse(file, "whole file", f"cannot be read: {problem}", "restore it in UTF-8") from problem


def _toml(folder: Traversable, file: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(_read(folder, file))
    except tomllib.TOMLDecodeError as problem:
        raise refuse(file, "whole file", f"is not TOML: {problem}", "mend the line it names") from problem


def _list(tables: Mapping[str, object], key: str, file: str, named_by: str) -> Iterator[Entry]:
    """The ``[[key]]`` tables of a file, each known by its ``named_by``, which must be unique."""
    entries = tables.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refuse(file, key, "no such entries", f"write one [[{key}]] for each")
    names: set[str] = set()
    for number, values in enumerate(entries, start=1):
        name = Entry(file, f"{key} number {number}", values).text(named_by)
        entry = Entry(file, f"{key} {name!r}", values)
        if name in names:
            raise entry.refuse(f"duplicate {named_by}", "give every entry its own")
        names.add(name)
        yield entry


# --- parts -------------------------------------------------------------------------------


def _timezone(about: Entry) -> str:
    name = about.text("timezone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise about.refuse(f"unknown timezone {name!r}", "use an IANA name, e.g. Asia/Jakarta") from None
    return name


def _office_hours(tables: Mapping[str, object]) -> OfficeHours:
    table = tables.get("office_hours")
    if not isinstance(table, dict):
        raise refuse("city.toml", "office_hours", "missing", "write opens, closes and weekdays")
    entry = Entry("city.toml", "office_hours", table)
    entry.only({"opens", "closes", "weekdays"})
    opens, closes, weekdays = entry.clock("opens"), entry.clock("closes"), table.get("weekdays")
    if opens >= closes:
        raise entry.refuse("opens is not before closes", "write the hours of one day")
    if not isinstance(weekdays, list) or not weekdays or not set(weekdays) <= set(range(7)):
        raise entry.refuse("weekdays must be numbers 0 to 6", "write weekdays = [0, 1, 2, 3, 4]; Monday is 0")
    return OfficeHours(opens, closes, frozenset(weekdays))


def _sources(tables: Mapping[str, object]) -> dict[str, Source]:
    sources = {}
    for entry in _list(tables, "source", "city.toml", "name"):
        entry.only({"name", "kind", "title", "options"})
        options = entry.values.get("options", {})
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise entry.refuse("options must be texts", 'write options = { file = "..." }')
        name = entry.text("name")
        sources[name] = Source(name, _one_of(entry, "kind", _SOURCE_KINDS), entry.text("title"), options)
    return sources


def _agencies(folder: Traversable) -> dict[str, Agency]:
    file = "agencies.toml"
    agencies = {}
    for entry in _list(_toml(folder, file), "agency", file, "id"):
        entry.only({"id", "name", "short", "kind", "area"})
        agencies[entry.text("id")] = Agency(
            id=entry.text("id"),
            name=entry.text("name"),
            short=entry.text("short"),
            kind=_one_of(entry, "kind", _KINDS),
            area=entry.text("area", ""),
        )
    return agencies


def _routing(folder: Traversable) -> tuple[RoutingRule, ...]:
    file = "routing.toml"
    rules = []
    for entry in _list(_toml(folder, file), "rule", file, "id"):
        entry.only({"id", "agency", "topics", "urgencies", "words"})
        rules.append(
            RoutingRule(
                id=entry.text("id"),
                agency=entry.text("agency"),
                topics=frozenset(entry.texts("topics")),
                urgencies=frozenset(entry.texts("urgencies")),
                words=entry.texts("words"),
            )
        )
    return tuple(rules)


def _deadlines(folder: Traversable) -> dict[str, DeadlineRule]:
    file = "deadlines.toml"
    deadlines = {}
    for urgency, table in _toml(folder, file).items():
        entry = Entry(file, urgency, table if isinstance(table, dict) else {})
        entry.only({"hours", "working_days"})
        rule = DeadlineRule(urgency, hours=entry.count("hours"), working_days=entry.count("working_days"))
        if (rule.hours > 0) == (rule.working_days > 0):
            raise entry.refuse("needs exactly one of hours and working_days", "keep one, above 0")
        deadlines[urgency] = rule
    return deadlines


def _regions(folder: Traversable) -> tuple[Region, ...]:
    file = "places.csv"
    rows = csv.DictReader(io.StringIO(_read(folder, file)))
    return tuple(_places(Entry(file, f"line {line}", row) for line, row in enumerate(rows, start=2)))


def _streets(folder: Traversable) -> tuple[Street, ...]:
    if not folder.joinpath(streets.FILE).is_file():
        return ()
    posts: dict[str, dict[str, int]] = {}
    in_texts: dict[str, int] = {}
    for line, row in enumerate(csv.DictReader(io.StringIO(_read(folder, streets.FILE))), start=2):
        entry = Entry(streets.FILE, f"line {line}", row)
        name = entry.text("name")
        posts.setdefault(name, {})[entry.text("code")] = int(entry.number("posts"))
        in_texts[name] = int(entry.number("in_texts"))
    return tuple(Street(name, met, in_texts[name]) for name, met in posts.items())


def _places(entries: Iterable[Entry]) -> Iterator[Region]:
    for entry in entries:
        yield Region(
            code=entry.text("code"),
            name=entry.text("name"),
            level=_one_of(entry, "level", _LEVELS),
            lat=entry.number("lat"),
            lon=entry.number("lon"),
        )


def _one_of(entry: Entry, key: str, allowed: tuple[Word, ...]) -> Word:
    """The value of ``key``, which must be one of a few words."""
    value = entry.text(key)
    for word in allowed:
        if value == word:
            return word
    raise entry.refuse(f"{key} {value!r} is unknown", f"use one of: {', '.join(allowed)}")
