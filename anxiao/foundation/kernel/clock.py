"""The one place that knows which day it is for a school: instants are UTC, days are Shanghai's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Asia/Shanghai")


def business_day(at: datetime) -> date:
    """The day in Shanghai at the instant ``at``; a naive ``at`` is a ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(TIMEZONE).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants ``[start, end)`` of a business day, both in UTC."""
    following = day + timedelta(days=1)
    return _midnight(day), _midnight(following)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TIMEZONE).astimezone(UTC)
