"""The public holidays of Indonesia, computed once when a city pack is loaded."""

from holidays import GOVERNMENT, PUBLIC, country_holidays

YEARS = range(2015, 2036)
"""Years whose holidays are known. Those of coming years hold cuti bersama only once decreed."""


def indonesian_holidays() -> frozenset[str]:
    """ISO dates of national holidays and cuti bersama, when offices are closed."""
    days = country_holidays("ID", years=YEARS, categories=(PUBLIC, GOVERNMENT))
    return frozenset(day.isoformat() for day in days)
