"""What the parts of a city pack must agree on before anything may run by it."""

import re
from collections.abc import Collection, Mapping

from triage.cities.entries import refuse
from triage.entities import URGENCIES, City, Region, RoutingRule
from triage.errors import CityPackError
from triage.rules.routing import KECAMATAN

_AGENCY_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODES: Mapping[str, re.Pattern[str]] = {
    "city": re.compile(r"\d{2}\.\d{2}"),
    "kecamatan": re.compile(r"\d{2}\.\d{2}\.\d{2}"),
    "kelurahan": re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}"),
}


def check(city: City, topics: Collection[str] = ()) -> None:
    """Raises CityPackError for the first contradiction; ``topics`` as in ``pack.load``."""
    _check_regions(city)
    _check_streets(city)
    _check_agencies(city)
    _check_deadlines(city)
    _check_rules(city, topics)
    _check_order(city.routing)
    if topics:
        _check_topics(city.routing, topics)


def _check_regions(city: City) -> None:
    file, regions = "places.csv", {}
    for region in city.regions:
        if not _CODES[region.level].fullmatch(region.code) or not region.code.startswith(city.code):
            raise refuse(
                file, f"{region.name!r}", f"bad code {region.code!r} for a {region.level} of {city.code}",
                "copy the code from the Kemendagri list, e.g. 35.78.08 or 35.78.08.1003",
            )  # fmt: skip
        if region.code in regions:
            raise refuse(file, f"{region.name!r}", f"duplicate code {region.code}", "keep one of them")
        if not (-90 <= region.lat <= 90 and -180 <= region.lon <= 180):
            raise refuse(file, f"{region.name!r}", "is not on the globe", "write lat, lon in degrees")
        regions[region.code] = region
    if city.code not in regions:
        raise refuse(file, city.code, "the city itself is missing", "add a line with level city")
    for code, region in regions.items():
        _check_parent(region, code.rpartition(".")[0], regions)


def _check_parent(region: Region, parent: str, regions: Mapping[str, Region]) -> None:
    if region.level != "city" and parent not in regions:
        raise refuse("places.csv", f"{region.name!r}", f"lies in {parent}, which is missing", f"add {parent}")


def _check_streets(city: City) -> None:
    known = {region.code for region in city.regions if region.level != "city"}
    for street in city.streets:
        for code, posts in street.posts.items():
            if code not in known or posts < 1:
                problem = f"{posts} posts in {code}" if code in known else f"unknown region {code}"
                raise refuse("streets.csv", f"{street.name!r}", problem, "delete the file, and learn it again")


def _check_agencies(city: City) -> None:
    file = "agencies.toml"
    kecamatan = {region.code for region in city.regions if region.level == "kecamatan"}
    served: dict[str, str] = {}
    for agency in city.agencies.values():
        entry = f"agency {agency.id!r}"
        if not _AGENCY_ID.fullmatch(agency.id):
            raise refuse(file, entry, "bad id", "use lower-case letters, digits and single hyphens")
        if (agency.kind == "kecamatan") != bool(agency.area):
            raise refuse(file, entry, "area and kind contradict", "give area to kecamatan offices alone")
        if agency.area and agency.area not in kecamatan:
            raise refuse(file, entry, f"unknown area {agency.area!r}", "use a kecamatan of places.csv")
        if agency.area in served:
            raise refuse(file, entry, f"has the area of {served[agency.area]!r} too", "keep one")
        if agency.area:
            served[agency.area] = agency.id
    if city.triage_agency not in city.agencies:
        problem = f"unknown agency {city.triage_agency!r}"
        raise refuse("city.toml", "triage_agency", problem, f"add it to {file}")


def _check_deadlines(city: City) -> None:
    file = "deadlines.toml"
    for urgency in URGENCIES:
        if urgency not in city.deadlines:
            raise refuse(file, urgency, "missing deadline", f"add [{urgency}] with hours or working_days")
    for urgency in city.deadlines:
        if urgency not in URGENCIES:
            raise refuse(file, urgency, "unknown urgency", f"use one of: {', '.join(URGENCIES)}")


def _check_rules(city: City, topics: Collection[str]) -> None:
    for rule in city.routing:
        if rule.agency != KECAMATAN and rule.agency not in city.agencies:
            raise _bad(rule, f"unknown agency {rule.agency!r}", "use an id of agencies.toml or @kecamatan")
        for urgency in sorted(rule.urgencies - set(URGENCIES)):
            raise _bad(rule, f"unknown urgency {urgency!r}", f"use: {', '.join(URGENCIES)}")
        for topic in sorted(rule.topics - set(topics)) if topics else ():
            raise _bad(rule, f"unknown topic {topic!r}", "use a topic of the taxonomy")
        for word in rule.words:
            if word != " ".join(word.casefold().split()):
                raise _bad(rule, f"word {word!r} can never match", "write lower case and single spaces")


def _check_order(rules: tuple[RoutingRule, ...]) -> None:
    """Every line can be reached, and the last one takes whatever is left."""
    for place, later in enumerate(rules):
        for earlier in rules[:place]:
            if _covers(earlier, later):
                raise _bad(later, f"unreachable behind {earlier.id!r}", f"move it before {earlier.id!r}")
    if not rules or not _catches_all(rules[-1]):
        raise refuse("routing.toml", "last rule", "no catch-all", "end with a rule without conditions")


def _catches_all(rule: RoutingRule) -> bool:
    return not (rule.topics or rule.urgencies or rule.words)


def _covers(earlier: RoutingRule, later: RoutingRule) -> bool:
    """Whether all that fits ``later`` fits ``earlier`` too. An empty condition fits everything."""
    return (
        _wider(earlier.topics, later.topics)
        and _wider(earlier.urgencies, later.urgencies)
        and _wider(earlier.words, later.words)
    )


def _wider(earlier: Collection[str], later: Collection[str]) -> bool:
    return not earlier or (bool(later) and set(later) <= set(earlier))


def _check_topics(rules: tuple[RoutingRule, ...], topics: Collection[str]) -> None:
    plain = {topic for rule in rules if not (rule.urgencies or rule.words) for topic in rule.topics}
    for topic in topics:
        if topic not in plain:
            raise refuse(
                "routing.toml", f"topic {topic!r}", "has no rule of its own",
                f'add a rule with topics = ["{topic}"] and no other condition',
            )  # fmt: skip


def _bad(rule: RoutingRule, problem: str, remedy: str) -> CityPackError:
    return refuse("routing.toml", f"rule {rule.id!r}", problem, remedy)
