"""From the key that rows keep back to the period it names."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.periods.spans import (
    DAY_BY_DAY,
    NORTHERN_HEATING,
    Cadence,
    Frame,
    HeatingSeason,
    Period,
    Window,
    clipped,
    half_years,
    whole_period,
)


@dataclass(frozen=True, slots=True)
class _Form:
    """How keys of some cadences look, and a day inside the period that one names."""

    pattern: re.Pattern[str]
    cadences: frozenset[Cadence]
    day_in: Callable[[re.Match[str], Frame], date | None]


def cadences_of_key(key: str) -> frozenset[Cadence]:
    """The cadences that write such a key; ``ValueError`` if none does."""
    return _form_of(key)[0].cadences


def parse_key(
    key: str,
    calendar: SchoolCalendar,
    window: Window,
    heating: HeatingSeason = NORTHERN_HEATING,
) -> Period:
    """The period that carries ``key``; ``ValueError`` if this calendar and plan have none."""
    form, match = _form_of(key)
    frame = Frame(calendar, window, heating)
    try:
        day = form.day_in(match, frame)
        cadence = min(form.cadences)  # all of them cut the days alike
        whole = None if day is None else whole_period(day, cadence, frame)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"no such period: {key!r}") from error
    period = None if whole is None or whole.key != key else clipped(whole, window)
    if period is None:
        raise ValueError(f"no such period: {key!r}")
    return period


def _form_of(key: str) -> tuple[_Form, re.Match[str]]:
    for form in _FORMS:
        match = form.pattern.fullmatch(key)
        if match is not None:
            return form, match
    raise ValueError(f"not a period key: {key!r}")


def _form(
    pattern: str, day_in: Callable[[re.Match[str], Frame], date | None], *cadences: Cadence
) -> _Form:
    return _Form(re.compile(pattern, re.ASCII), frozenset(cadences), day_in)


def _iso_day(match: re.Match[str], _: Frame) -> date:
    return date.fromisoformat(match[1])


def _monday(match: re.Match[str], _: Frame) -> date:
    return date.fromisocalendar(int(match[1]), int(match[2]), 1)


def _first_of_month(match: re.Match[str], _: Frame) -> date:
    return date(int(match[1]), int(match[2]), 1)


def _last_month_of_quarter(match: re.Match[str], _: Frame) -> date:
    return date(int(match[1]), int(match[2]) * 3, 1)


def _new_year(match: re.Match[str], _: Frame) -> date:
    return date(int(match[1]), 1, 1)


def _first_of_term(match: re.Match[str], frame: Frame) -> date | None:
    terms = frame.calendar.terms or half_years(int(match[1]))
    return next((term.starts_on for term in terms if term.key == match[0]), None)


def _first_of_heating(match: re.Match[str], frame: Frame) -> date:
    return frame.heating.bounds(int(match[1]))[0]


def _first_of_plan(_: re.Match[str], frame: Frame) -> date:
    return frame.window.start


_FORMS = (
    _form(r"(\d{4}-\d\d-\d\d)", _iso_day, *DAY_BY_DAY),
    _form(r"(\d{4})-W(\d\d)", _monday, Cadence.WEEKLY),
    _form(r"(\d{4})-(\d\d)", _first_of_month, Cadence.MONTHLY),
    _form(r"(\d{4})Q([1-4])", _last_month_of_quarter, Cadence.QUARTERLY),
    _form(r"(\d{4})-\d{4}-[123]", _first_of_term, Cadence.TERMLY),
    _form(r"(\d{4})", _new_year, Cadence.YEARLY),
    _form(r"H(\d{4})", _first_of_heating, Cadence.HEATING_SEASON),
    _form(r"holiday:(\d{4}-\d\d-\d\d)", _iso_day, Cadence.PER_HOLIDAY),
    _form(r"once", _first_of_plan, Cadence.ONCE),
    _form(r"standing", _first_of_plan, Cadence.STANDING),
)
