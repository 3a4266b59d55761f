"""Deadlines as a clerk would count them on the calendar of Surabaya."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from triage.cities.calendar import indonesian_holidays
from triage.entities import DeadlineRule, OfficeHours
from triage.rules.deadlines import due_at

WIB = ZoneInfo("Asia/Jakarta")
OFFICE = OfficeHours(time(8), time(16), frozenset(range(5)))
HOLIDAYS = indonesian_holidays()


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=WIB)


def due(rule: DeadlineRule, start: datetime) -> datetime:
    return due_at(rule, start, OFFICE, HOLIDAYS, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        # an ordinary week
        ("2026-11-02 10:15", 1, "2026-11-03 10:15"),  # Monday -> Tuesday
        ("2026-11-02 10:15", 5, "2026-11-09 10:15"),  # over one weekend
        ("2026-11-02 10:15", 10, "2026-11-16 10:15"),  # over two
        # weekends
        ("2026-11-06 12:00", 1, "2026-11-09 12:00"),  # Friday noon -> Monday noon
        ("2026-11-07 12:00", 1, "2026-11-10 08:00"),  # Saturday counts from Monday 08:00
        ("2026-11-08 23:59", 1, "2026-11-10 08:00"),  # so does Sunday night
        # the edges of the office day
        ("2026-11-03 08:00", 1, "2026-11-04 08:00"),  # opens: inside
        ("2026-11-03 07:59", 1, "2026-11-04 08:00"),  # before: from 08:00 of the same day
        ("2026-11-03 15:59", 1, "2026-11-04 15:59"),  # last minute: inside
        ("2026-11-03 16:00", 1, "2026-11-05 08:00"),  # closed: from 08:00 of the next day
        ("2026-11-06 16:00", 1, "2026-11-10 08:00"),  # Friday evening: from Monday 08:00
        # Nyepi, Lebaran and cuti bersama: no work from Wednesday 18 to Tuesday 24 March 2026
        ("2026-03-17 10:00", 1, "2026-03-25 10:00"),
        ("2026-03-16 10:00", 5, "2026-03-30 10:00"),
        ("2026-03-20 10:00", 1, "2026-03-26 08:00"),  # starts on cuti bersama: from 25 March 08:00
        # Independence Day, a Monday in 2026
        ("2026-08-14 10:00", 1, "2026-08-18 10:00"),
        ("2026-08-17 10:00", 1, "2026-08-19 08:00"),
        # year end: 24, 25 December and 1 January are free
        ("2026-12-23 09:00", 1, "2026-12-28 09:00"),
        ("2026-12-31 15:00", 1, "2027-01-04 15:00"),
    ],
)
def test_working_days(start: str, days: int, expected: str) -> None:
    assert due(DeadlineRule("sedang", working_days=days), at(start)) == at(expected)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-02 10:15", 1, "2026-11-02 11:15"),
        ("2026-11-07 23:30", 1, "2026-11-08 00:30"),  # a Saturday night counts like any hour
        ("2026-03-21 04:00", 24, "2026-03-22 04:00"),  # so does Lebaran
        ("2026-12-31 23:30", 24, "2027-01-01 23:30"),
    ],
)
def test_clock_hours(start: str, hours: int, expected: str) -> None:
    assert due(DeadlineRule("tinggi", hours=hours), at(start)) == at(expected)


def test_the_answer_is_utc_whatever_the_zone_of_the_start() -> None:
    rule = DeadlineRule("sedang", working_days=1)
    start = at("2026-11-03 07:30")  # 00:30 UTC
    assert due(rule, start.astimezone(UTC)) == due(rule, start)
    assert due(rule, start).tzinfo is UTC


def test_a_start_without_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        due(DeadlineRule("sedang", working_days=1), at("2026-11-03 10:00").replace(tzinfo=None))
