"""What a check found: how bad it is, what is the matter, what to do. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Level(IntEnum):
    """How bad. The number is ``doctor``'s exit code and the value of the metric."""

    OK = 0
    WARNING = 1
    FAULT = 2

    @property
    def word(self) -> str:
        """As ``/healthz`` names it."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """As ``doctor`` says it."""
        return ("正常", "注意", "故障")[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``value`` is its measure (seconds, bytes), where it has one."""

    key: str
    level: Level
    told: str
    remedy: str = ""
    value: float | None = None


def worst(findings: Iterable[Finding]) -> Level:
    """The level of the whole."""
    return max((finding.level for finding in findings), default=Level.OK)


def by_age(age: timedelta, warn: timedelta, fault: timedelta) -> Level:
    """The level of something that should not be older than ``warn``."""
    if age > fault:
        return Level.FAULT
    return Level.WARNING if age > warn else Level.OK


def span(length: timedelta) -> str:
    """``3 天``, ``5 小时``, ``12 分钟``, ``8 秒``: the largest unit that fits."""
    seconds = int(length.total_seconds())
    for size, word in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{max(seconds, 0)} 秒"


def amount(size: float) -> str:
    """A number of bytes as people say it."""
    for word in ("B", "KB", "MB", "GB"):
        if size < 1024:  # noqa: PLR2004
            return f"{size:.0f} {word}"
        size /= 1024
    return f"{size:.1f} TB"


def moment(at: datetime) -> str:
    """An instant as it stands in a listing."""
    return f"{at:%Y-%m-%d %H:%M}"
