"""Calendars that several tests stand on."""

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants

from anxiao.foundation.kernel.calendar import PublicDays, SchoolCalendar, Term

DAY = timedelta(days=1)
KNOWN_YEARS = range(2024, 2027)


def public_days() -> PublicDays:
    """The public holidays of 2024 to 2026 as the library knows them."""
    off = {
        day: chinese_calendar.Holiday(name).chinese
        for day, name in constants.holidays.items()
        if day.year in KNOWN_YEARS
    }
    worked = frozenset(day for day in constants.workdays if day.year in KNOWN_YEARS)
    return PublicDays(frozenset(KNOWN_YEARS), off, worked)


AUTUMN_2025 = Term("2025-2026学年上学期", date(2025, 9, 1), date(2026, 1, 31))
SPRING_2026 = Term("2025-2026学年下学期", date(2026, 2, 26), date(2026, 7, 11))
AUTUMN_2026 = Term("2026-2027学年上学期", date(2026, 9, 1), date(2027, 1, 30))
SPRING_2027 = Term("2026-2027学年下学期", date(2027, 2, 22), date(2027, 7, 10))
TERMS = (AUTUMN_2025, SPRING_2026, AUTUMN_2026, SPRING_2027)
PUBLIC = public_days()
CALENDAR = SchoolCalendar(TERMS, {}, PUBLIC)
EVERY_DAY = SchoolCalendar((), {}, PUBLIC)


def days(start: date, end: date) -> list[date]:
    return [start + DAY * count for count in range((end - start).days)]
