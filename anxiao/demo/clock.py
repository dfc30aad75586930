"""Instants of the demo."""

from datetime import UTC, date, datetime, time, timedelta

from anxiao.foundation.kernel.clock import TIMEZONE


def at_hour(day: date, hour: float) -> datetime:
    """``hour`` o'clock (24-hour, fractions allowed) of ``day`` in Shanghai, as UTC."""
    midnight = datetime.combine(day, time(0), TIMEZONE)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)
