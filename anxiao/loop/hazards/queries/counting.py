"""Figures for boards: what waits now in one grouped query, what came and went week by week.

Nothing here reads the ledger's past: the cost follows what is still open and the weeks shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.clock import day_bounds
from anxiao.loop.hazards.catalog import category_choices
from anxiao.loop.hazards.models import Hazard, HazardQuerySet
from anxiao.loop.hazards.states import CLOCK_STATES, HazardLevel, HazardState

RUNNING = Q(state__in=CLOCK_STATES, clock_stopped_on__isnull=True)
AGES = ((7, _("7 天以内")), (30, _("8～30 天")), (90, _("31～90 天")), (None, _("90 天以上")))
"""Buckets of age since found, by their last day."""


class Group(NamedTuple):
    """How many hazards still in the ledger are alike; ``age`` is a place in ``AGES``."""

    state: str
    level: str
    category: str
    age: int
    overdue: bool
    number: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One bar: how many wait, and how many of those are late."""

    key: Any
    label: str
    live: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Live:
    """What waits in the ledger of a subtree on a day."""

    groups: tuple[Group, ...]

    @property
    def overdue(self) -> int:
        """How many are past their deadline."""
        return self._sum(lambda group: group.overdue)

    @property
    def major(self) -> int:
        """How many major ones wait."""
        return self._sum(lambda group: group.level == HazardLevel.MAJOR)

    def by_state(self) -> list[Slice]:
        """In the order of the road."""
        return self._slices("state", HazardState.choices)

    def by_level(self) -> list[Slice]:
        """Ordinary ones before major ones."""
        return self._slices("level", HazardLevel.choices)

    def by_category(self) -> list[Slice]:
        """Most late first, then most waiting."""
        found = self._slices("category", category_choices())
        return sorted(found, key=lambda each: (-each.overdue, -each.live, each.label))

    def by_age(self) -> list[Slice]:
        """From new to old, empty ones too."""
        labels = [(place, label) for place, (_days, label) in enumerate(AGES)]
        found = {each.key: each for each in self._slices("age", labels)}
        return [found.get(key) or Slice(key, str(label), 0, 0) for key, label in labels]

    def _slices(self, field: str, labels: Sequence[tuple[Any, Any]]) -> list[Slice]:
        known = dict(labels)
        sums: dict[Any, list[int]] = {key: [0, 0] for key in known}
        for group in self.groups:
            numbers = sums.setdefault(getattr(group, field), [0, 0])
            numbers[0] += group.number
            numbers[1] += group.number * group.overdue
        return [
            Slice(key, str(known.get(key, key)), live, late)
            for key, (live, late) in sums.items()
            if live
        ]

    def _sum(self, wanted: Callable[[Group], bool]) -> int:
        return sum(group.number for group in self.groups if wanted(group))


def live_hazards(actor: Actor, path: str, day: date) -> Live:
    """What waits in the subtree of ``path`` on ``day``; one query."""
    late = RUNNING & Q(due_on__lt=day)
    bounds = [(day - timedelta(days=days), place) for place, (days, _l) in enumerate(AGES) if days]
    age = Case(
        *(When(found_on__gte=since, then=Value(place)) for since, place in bounds),
        default=Value(len(AGES) - 1),
        output_field=IntegerField(),
    )
    overdue = Case(
        When(late, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    rows = (
        _rows(actor, path)
        .live()
        .annotate(age=age, overdue=overdue)
        .values_list("state", "level", "category", "age", "overdue")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return Live(tuple(Group(*row) for row in rows))


@dataclass(frozen=True, slots=True)
class Week:
    """Hazards found and struck off in the week that begins on the Monday ``starts_on``."""

    starts_on: date
    opened: int
    closed: int


def hazards_by_week(actor: Actor, path: str, day: date, weeks: int = 12) -> list[Week]:
    """The last ``weeks`` weeks up to that of ``day``, oldest first; two queries."""
    this_week = day - timedelta(days=day.weekday())
    starts = [this_week - timedelta(weeks=weeks - 1 - count) for count in range(weeks)]
    marks = [*starts, day + timedelta(days=1)]
    rows = _rows(actor, path)
    there = rows.exclude(state__in=(HazardState.VOID, HazardState.MERGED))
    opened = _weekly(there, "found_on", marks)
    instants = [day_bounds(mark)[0] for mark in marks[:-1]] + [FAR]
    closed = _weekly(rows.filter(state=HazardState.CLOSED), "closed_at", instants)
    return [Week(*each) for each in zip(starts, opened, closed, strict=True)]


FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _weekly(rows: HazardQuerySet, field: str, marks: Sequence[Any]) -> list[int]:
    """How many rows have ``field`` between each mark and the next; read from the index alone.

    Sorted into weeks by plain comparisons, the newest first: cutting a moment to its week is a
    Python call per row on SQLite.
    """
    spans = [(place, start) for place, (start, _end) in enumerate(pairwise(marks))]
    week = Case(
        *(When(**{f"{field}__gte": start}, then=Value(place)) for place, start in reversed(spans)),
        output_field=IntegerField(),
    )
    rows = rows.filter(**{f"{field}__gte": marks[0], f"{field}__lt": marks[-1]})
    counted = dict(rows.values_list(week).annotate(count=Count("pk")).order_by())
    return [counted.get(place, 0) for place, _start in spans]


def _rows(actor: Actor, path: str) -> HazardQuerySet:
    return Hazard.objects.visible_to(actor).below(path)
