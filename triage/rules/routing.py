"""Which desk a case goes to: the first line of the city's routing table that fits."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from triage.entities import Agency, Place, RoutingRule

KECAMATAN = "@kecamatan"
"""Stands in a rule for the office of the kecamatan where the matter is."""


def route(
    rules: Sequence[RoutingRule],
    topic: str,
    urgency: str,
    place: Place | None,
    text: str,
    agencies: Mapping[str, Agency],
    fallback: str,
) -> tuple[str, str]:
    """The agency's id and the id of the rule that chose it.

    ``text`` is normalised (lower case, single spaces). What no rule can settle goes to the desk
    ``fallback``, and the rule id says why: ``<rule>:no_kecamatan`` when the place is not known
    well enough, ``<rule>:no_office`` when no office serves it, ``no_rule`` when nothing fits.
    """
    for rule in rules:
        if not _fits(rule, topic, urgency, text):
            continue
        if rule.agency != KECAMATAN:
            return rule.agency, rule.id
        area = place.kecamatan if place else ""
        if not area:
            return fallback, f"{rule.id}:no_kecamatan"
        office = next((agency.id for agency in agencies.values() if agency.area == area), None)
        return (office, rule.id) if office else (fallback, f"{rule.id}:no_office")
    return fallback, "no_rule"


def _fits(rule: RoutingRule, topic: str, urgency: str, text: str) -> bool:
    if rule.topics and topic not in rule.topics:
        return False
    if rule.urgencies and urgency not in rule.urgencies:
        return False
    return not rule.words or _any_word(rule.words).search(text) is not None


@lru_cache(maxsize=1024)
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words or phrases; compiled once for each list."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)")
