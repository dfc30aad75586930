"""What may be sent, when, and how long to wait after a refusal. Plain values only."""

import re
from datetime import date, datetime, time, timedelta

MAX_ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=2)


def is_quiet(clock: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether ``clock`` lies in the quiet hours ``[from, until)``, which may span midnight."""
    if quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def digest_is_due(local: datetime, digest_at: time, last_on: date | None) -> bool:
    """Whether the one digest of the day should go out at the local time ``local``."""
    return local.time() >= digest_at and (last_on is None or last_on < local.date())


def wait_after(attempts: int, asked_for: int = 0) -> timedelta:
    """How long to wait after ``attempts`` refusals: doubling from 30 s, or what was asked for."""
    longest = int(LONGEST_WAIT.total_seconds())
    return timedelta(seconds=min(longest, max(asked_for, 15 << min(attempts, 12))))


IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
PHONE = re.compile(r"(?<!\d)(\+?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")


def without_personal_numbers(text: str) -> str:
    """``text`` as it may leave the house: phone and identity numbers keep head and tail alone."""
    return PHONE.sub(r"\1\2****\3", IDENTITY.sub(r"\1****\2", text))
