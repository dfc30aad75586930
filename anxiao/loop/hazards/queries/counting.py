"""Figures for boards: set-based, one grouped query each, narrowed to what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.clock import day_bounds
from anxiao.loop.hazards.catalog import category_choices
from anxiao.loop.hazards.models import Hazard, HazardQuerySet
from anxiao.loop.hazards.rules import SOON_DAYS
from anxiao.loop.hazards.states import (
    CLOCK_STATES,
    LIVE_STATES,
    HazardLevel,
    HazardSource,
    HazardState,
)

LIVE = Q(state__in=LIVE_STATES)
RUNNING = Q(state__in=CLOCK_STATES, clock_stopped_on__isnull=True)
CLOSED = Q(state=HazardState.CLOSED)


def overdue_on(day: date) -> Q:
    """Past their deadline on ``day``, as a condition."""
    return RUNNING & Q(due_on__lt=day)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Hazards in the ledger now. ``live`` counts all that wait for somebody; the others overlap."""

    live: int
    overdue: int
    due_soon: int
    no_deadline: int
    major: int
    to_assign: int
    to_verify: int
    reported: int
    supervised: int
    closed: int


def hazard_tiles(actor: Actor, path: str, day: date) -> Tiles:
    """The figures of the subtree of ``path`` on ``day``; one query."""
    soon = Q(due_on__gte=day, due_on__lte=day + timedelta(days=SOON_DAYS))
    counted = _rows(actor, path).aggregate(
        live=Count("pk", filter=LIVE),
        overdue=Count("pk", filter=overdue_on(day)),
        due_soon=Count("pk", filter=RUNNING & soon),
        no_deadline=Count("pk", filter=RUNNING & Q(due_on__isnull=True)),
        major=Count("pk", filter=LIVE & Q(level=HazardLevel.MAJOR)),
        to_assign=Count("pk", filter=Q(state=HazardState.OPEN)),
        to_verify=Count("pk", filter=Q(state=HazardState.SUBMITTED)),
        reported=Count("pk", filter=Q(state=HazardState.REPORTED)),
        supervised=Count("pk", filter=LIVE & Q(supervised_on__isnull=False)),
        closed=Count("pk", filter=CLOSED),
    )
    return Tiles(**counted)


@dataclass(frozen=True, slots=True)
class Slice:
    """One group of hazards: how many wait, how many of those are late, how many are struck off.

    ``key`` is the code (for units the id), ``path`` a unit's path, else ``""``.
    """

    key: Any
    label: str
    live: int
    overdue: int
    closed: int
    path: str = ""


LABELS: dict[str, dict[str, Any]] = {
    "state": dict(HazardState.choices),
    "level": dict(HazardLevel.choices),
    "source": dict(HazardSource.choices),
}


def hazards_by(actor: Actor, path: str, field: str, day: date) -> list[Slice]:
    """Hazards of the subtree by ``state``, ``level``, ``source``, ``category`` or ``org``.

    One grouped query; most waiting first, for states and levels in their own order. Groups
    without any hazard are left out.
    """
    fields = ("org_id", "org__name", "org__path") if field == "org" else (field,)
    rows = list(
        _rows(actor, path)
        .values_list(*fields)
        .annotate(
            live=Count("pk", filter=LIVE),
            overdue=Count("pk", filter=overdue_on(day)),
            closed=Count("pk", filter=CLOSED),
        )
        .order_by()
    )
    if field == "org":
        slices = [
            Slice(pk, name, live, late, closed, path=unit)
            for pk, name, unit, live, late, closed in rows
        ]
        return sorted(slices, key=_busiest_first)
    labels = LABELS.get(field) or dict(category_choices())
    slices = [Slice(key, str(labels.get(key, key)), *numbers) for key, *numbers in rows]
    if field in {"state", "level"}:
        order = list(labels)
        return sorted(slices, key=lambda each: order.index(each.key))
    return sorted(slices, key=_busiest_first)


def _busiest_first(each: Slice) -> tuple[int, int, str]:
    return (-each.overdue, -each.live, each.label)


AGES = ((7, _("7 天以内")), (30, _("8～30 天")), (90, _("31～90 天")), (None, _("90 天以上")))
"""Buckets of age since found, by their last day."""


def hazards_by_age(actor: Actor, path: str, day: date) -> list[Slice]:
    """Waiting hazards of the subtree by days since they were found; one query."""
    filters: dict[str, Any] = {}
    newest = day + timedelta(days=1)
    for place, (days, _label) in enumerate(AGES):
        span = Q(found_on__lt=newest)
        if days is not None:
            oldest = day - timedelta(days=days)
            span &= Q(found_on__gte=oldest)
            newest = oldest
        filters[f"live{place}"] = Count("pk", filter=LIVE & span)
        filters[f"late{place}"] = Count("pk", filter=overdue_on(day) & span)
    counted = _rows(actor, path).live().aggregate(**filters)
    return [
        Slice(place, str(label), counted[f"live{place}"], counted[f"late{place}"], 0)
        for place, (_days, label) in enumerate(AGES)
    ]


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
    rows = _rows(actor, path).exclude(state__in=(HazardState.VOID, HazardState.MERGED))
    opened = _weekly(rows, "found_on", marks)
    instants = [day_bounds(mark)[0] for mark in marks[:-1]] + [FAR]
    closed = _weekly(rows.filter(state=HazardState.CLOSED), "closed_at", instants)
    return [Week(*each) for each in zip(starts, opened, closed, strict=True)]


FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _weekly(rows: HazardQuerySet, field: str, marks: Sequence[Any]) -> list[int]:
    """How many rows have ``field`` between each mark and the next.

    Counted by plain comparisons: cutting to weeks is a Python call per row on SQLite.
    """
    spans = list(pairwise(marks))
    rows = rows.filter(**{f"{field}__gte": marks[0], f"{field}__lt": marks[-1]})
    counts = {
        f"span{place}": Count("pk", filter=Q(**{f"{field}__gte": start, f"{field}__lt": end}))
        for place, (start, end) in enumerate(spans)
    }
    counted = rows.aggregate(**counts)
    return [counted[f"span{place}"] for place in range(len(spans))]


def _rows(actor: Actor, path: str) -> HazardQuerySet:
    return Hazard.objects.visible_to(actor).below(path)
