"""When a desk must be done with a case: clock hours for what cannot wait, working days for the rest."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from triage.entities import DeadlineRule, OfficeHours


def due_at(
    rule: DeadlineRule,
    start: datetime,
    hours: OfficeHours,
    holidays: frozenset[str],
    timezone: str,
) -> datetime:
    """The moment by which a case that came in at ``start`` must be done, in UTC.

    Clock hours run day and night. Working days keep the time of day: Friday 12:00 plus one
    working day is Monday 12:00. A start outside office hours counts from the next opening.
    ``holidays`` are ISO dates in the city's ``timezone``. Raises ValueError for a naive ``start``.
    """
    if start.tzinfo is None:
        raise ValueError("start must carry a timezone")
    if rule.hours:
        return start.astimezone(UTC) + timedelta(hours=rule.hours)
    zone = ZoneInfo(timezone)
    begun = _office_time(start.astimezone(zone), hours, holidays)
    day = begun.date()
    for _ in range(rule.working_days):
        day = _next_working_day(day, hours, holidays)
    return datetime.combine(day, begun.timetz()).astimezone(UTC)


def _office_time(moment: datetime, hours: OfficeHours, holidays: frozenset[str]) -> datetime:
    """``moment`` itself while the office is open, else the next opening."""
    day = moment.date()
    if _works(day, hours, holidays):
        if hours.opens <= moment.time() < hours.closes:
            return moment
        if moment.time() < hours.opens:
            return datetime.combine(day, hours.opens, moment.tzinfo)
    return datetime.combine(_next_working_day(day, hours, holidays), hours.opens, moment.tzinfo)


def _next_working_day(day: date, hours: OfficeHours, holidays: frozenset[str]) -> date:
    day += timedelta(days=1)
    while not _works(day, hours, holidays):
        day += timedelta(days=1)
    return day


def _works(day: date, hours: OfficeHours, holidays: frozenset[str]) -> bool:
    return day.weekday() in hours.weekdays and day.isoformat() not in holidays
