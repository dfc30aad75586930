"""The public calendar: statutory holidays and make-up days of the State Council's yearly notice.

The library knows the years whose notice is out; any other year is Monday to Friday, and pages say
so (``calendar_known``).
"""

from functools import cache
from typing import TYPE_CHECKING

from anxiao.foundation.kernel.calendar import PublicDays
from anxiao.foundation.kernel.later import Later

if TYPE_CHECKING:
    import chinese_calendar
else:
    chinese_calendar = Later("chinese_calendar")


@cache
def public_days() -> PublicDays:
    """Public holidays and worked weekend days of all years known."""
    off = {day: _name(english) for day, english in chinese_calendar.holidays.items()}
    worked = frozenset(chinese_calendar.workdays)
    return PublicDays(frozenset(day.year for day in off), off, worked)


def calendar_known(year: int) -> bool:
    """Whether the holidays of ``year`` are known; if not, pages show a banner."""
    return public_days().known(year)


def _name(english: str) -> str:
    return str(chinese_calendar.Holiday(english).chinese)
