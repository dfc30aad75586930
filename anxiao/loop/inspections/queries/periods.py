"""How a checklist stands in the period of today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.periods import Cadence, Window, period_of
from anxiao.loop.inspections.models import Checklist

YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Standing:
    """A checklist in its period: ``owed`` is false where the calendar asks for nothing now.

    ``last_on`` is the last time ever.
    """

    checklist: Checklist
    owed: bool
    done: bool
    last_on: date | None

    @property
    def waiting(self) -> bool:
        """Whether it is to be filled in now."""
        return self.owed and not self.done


def standings(
    lists: Iterable[Checklist],
    last: Mapping[str, date],
    calendar: SchoolCalendar,
    day: date,
) -> list[Standing]:
    """How ``lists`` stand on ``day``, in their order; ``last`` is the last day by code."""
    return [standing(row, last.get(row.code), calendar, day) for row in lists]


def standing(
    checklist: Checklist, last_on: date | None, calendar: SchoolCalendar, day: date
) -> Standing:
    """How one checklist stands on ``day``."""
    window = Window(day - YEAR, day + YEAR)
    period = period_of(day, Cadence(checklist.cadence), calendar, window)
    done = last_on is not None and period is not None and last_on >= period.start
    return Standing(checklist, period is not None, done, last_on)


def term_start(calendar: SchoolCalendar, day: date) -> date | None:
    """The first day of the term that holds ``day``, or of the last one before it."""
    begun = [term.starts_on for term in calendar.terms if term.starts_on <= day]
    return max(begun, default=None)
