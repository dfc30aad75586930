"""Pure rules: whom a duty binds, how a cell stands, what a plan costs each post."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anxiao.foundation.kernel.periods import (
    DAY_BY_DAY,
    WHOLE_PLAN,
    Cadence,
    Period,
    Status,
    due_on,
    status,
    weekly_minutes,
)

BUILT_ROOMS = ("inspections", "hazards")
"""Rooms that push their own evidence; duties of any other are proved by hand meanwhile."""

ROOMS = (
    *BUILT_ROOMS,
    "duties",
    "education",
    "letters",
    "drills",
    "risks",
    "guards",
    "gate",
    "buses",
    "traffic",
    "fire",
    "bullying",
    "stairs",
    "responsibility",
    "supervision",
    "emergency",
    "accountability",
    "cockpit",
)
"""Where a duty may be registered: the rooms of the house, built or planned."""

LATE_AFTER = timedelta(days=2)
"""A fact entered later than this after it happened is a late entry (补录) and needs a reason."""

STANDING_GRACE = 30
"""Days in which a standing duty is first put in place, where the plan names none."""

LOOK_BACK = timedelta(days=60)
"""How long an unmet period stays among the things to do; boards and registers keep it for good."""

LOOK_BACK_DAILY = timedelta(days=2)
"""The same for duties of single days: what was not done then is not done by doing it now."""

BEGINNING = date(2000, 1, 1)
"""From here on a proof without an end of validity counts."""


def is_by_hand(room: str) -> bool:
    """Whether duties of ``room`` are proved by the simple form with a file."""
    return room not in BUILT_ROOMS


def levels_of(path: str) -> tuple[str, ...]:
    """Paths from the root down to ``path`` itself: ``"1.7."`` gives ``("1.", "1.7.")``."""
    ids = path.rstrip(".").split(".")
    return tuple(".".join(ids[: count + 1]) + "." for count in range(len(ids)))


@dataclass(frozen=True, slots=True)
class Traits:
    """What predicates ask of a unit. ``heating`` is the profile's word, ``""`` if not reported."""

    kind: str
    stages: frozenset[str] = frozenset()
    ownership: str = ""
    boarding: bool = False
    canteen: bool = False
    buses: bool = False
    labs: bool = False
    construction: bool = False
    heating: str = ""


KINDS = frozenset({"school", "kindergarten"})
STAGES = frozenset({"kindergarten", "primary", "junior", "senior", "vocational", "special"})
OWNERSHIPS = frozenset({"public", "private"})
UNHEATED = frozenset({"", "none"})
"""Not reported counts as unheated until it is."""

HEATINGS = frozenset(
    {
        "none",
        "central",
        "air_conditioner",
        "electric",
        "heat_pump",
        "gas_boiler",
        "coal_boiler",
        "stove",
    }
)
BURNERS = frozenset({"gas_boiler", "coal_boiler", "stove"})
"""Heating that burns something on the spot: what carbon monoxide comes from."""


def _flag(get: Callable[[Traits], bool]) -> Callable[[Traits, Any], bool]:
    return lambda traits, wanted: get(traits) is wanted


def _one_of(get: Callable[[Traits], str]) -> Callable[[Traits, Any], bool]:
    return lambda traits, wanted: get(traits) in wanted


LISTS: Mapping[str, frozenset[str]] = {
    "kinds": KINDS,
    "stages": STAGES,
    "ownership": OWNERSHIPS,
    "heating": HEATINGS,
}
"""Predicates that take a list of words, with the words allowed; any one of them is enough."""

FLAGS = ("boarding", "canteen", "buses", "labs", "construction", "heating", "stoves", "burners")
"""Predicates that take true or false (``heating`` takes a list as well)."""

_PREDICATES: Mapping[str, Callable[[Traits, Any], bool]] = {
    "kinds": _one_of(lambda unit: unit.kind),
    "stages": lambda unit, wanted: bool(unit.stages & frozenset(wanted)),
    "ownership": _one_of(lambda unit: unit.ownership),
    "heating": lambda unit, wanted: (
        (unit.heating not in UNHEATED) is wanted
        if isinstance(wanted, bool)
        else unit.heating in wanted
    ),
    "boarding": _flag(lambda unit: unit.boarding),
    "canteen": _flag(lambda unit: unit.canteen),
    "buses": _flag(lambda unit: unit.buses),
    "labs": _flag(lambda unit: unit.labs),
    "construction": _flag(lambda unit: unit.construction),
    "stoves": _flag(lambda unit: unit.heating == "stove"),
    "burners": _flag(lambda unit: unit.heating in BURNERS),
}


def applies(applies_to: Mapping[str, Any], traits: Traits) -> bool:
    """Whether all predicates hold; none at all bind every unit of the duty's level."""
    return all(_PREDICATES[name](traits, wanted) for name, wanted in applies_to.items())


def predicate_fault(name: str, value: object) -> str:
    """What is wrong with one predicate, ``""`` if nothing."""
    if name not in LISTS:
        words = "、".join(sorted({*LISTS, *FLAGS}))
        known = f"没有“{name}”这个条件；可用的有：{words}。"
        wrong = "" if isinstance(value, bool) else f"“{name}”应为 true 或 false。"
        return wrong if name in FLAGS else known
    if name in FLAGS and isinstance(value, bool):
        return ""
    allowed = "、".join(sorted(LISTS[name]))
    if not isinstance(value, list) or not value:
        return f"“{name}”应为非空的列表；可用的有：{allowed}。"
    unknown = next((str(each) for each in value if each not in LISTS[name]), None)
    return f"“{name}”不认识“{unknown}”；可用的有：{allowed}。" if unknown is not None else ""


def counts_from(period: Period, cadence: Cadence, valid_days: int | None) -> date:
    """The first day whose facts count for ``period``: earlier only for what still holds."""
    if cadence is not Cadence.STANDING:
        return period.start
    return BEGINNING if valid_days is None else period.start - timedelta(days=valid_days)


def due_day(period: Period, cadence: Cadence, grace_days: int, opened_on: date) -> date:
    """The last day in time of a period whose cell is opened on ``opened_on``.

    A standing duty is due some days after it begins to be watched, not when its plan ends. Grace
    is for entering what was done in the period: facts count on the day they happened.
    """
    if cadence is Cadence.STANDING:
        return max(period.start, opened_on) + timedelta(days=grace_days or STANDING_GRACE)
    return due_on(period, grace_days)


def cell_status(
    *, done: int, needed: int, due: date, day: date, flags: tuple[bool, bool, bool]
) -> Status:
    """How a cell stands on ``day``; ``flags`` are owed, exempt and lapsed."""
    owed, exempt, lapsed = flags
    if lapsed and owed and not exempt:
        return Status.OVERDUE
    return status(done, needed, due, day, owed=owed, exempt=exempt)


SEVERITY: Mapping[Status, int] = {
    Status.OVERDUE: 5,
    Status.SOON: 4,
    Status.DUE: 3,
    Status.MET: 2,
    Status.EXEMPT: 1,
    Status.NOT_OWED: 0,
}


def worst(statuses: Iterable[Status]) -> Status:
    """The status that a group of cells shows: the one most in need of somebody."""
    return max(statuses, key=SEVERITY.__getitem__, default=Status.NOT_OWED)


def still_to_do(cadence: Cadence, ends_on: date, day: date) -> bool:
    """Whether an unmet period that ended before ``day`` is still worth doing or entering late."""
    reach = LOOK_BACK_DAILY if cadence in DAY_BY_DAY else LOOK_BACK
    return ends_on > day - reach


def is_whole_plan(cadence: Cadence) -> bool:
    """Whether the period is the plan itself (once, standing)."""
    return cadence in WHOLE_PLAN


def minutes_a_week(cadence: str, times: int, minutes: int) -> float:
    """What a duty costs its post in an ordinary week of term."""
    return weekly_minutes(Cadence(cadence), times, minutes)
