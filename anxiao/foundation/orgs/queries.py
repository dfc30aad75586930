"""Reads of the tree and of school calendars."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from types import MappingProxyType

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.queries import history_of
from anxiao.foundation.kernel import calendar
from anxiao.foundation.kernel.calendar import DAY, SchoolCalendar
from anxiao.foundation.orgs.catalog import calendar_known, public_days
from anxiao.foundation.orgs.models import DayOverride, Org, OrgName, Profile, Term
from anxiao.foundation.orgs.rules import ancestor_ids, name_key, nearest
from anxiao.foundation.orgs.states import OrgKind, OrgState

__all__ = [
    "SUBORDINATE_ORDER",
    "CalendarPage",
    "Month",
    "UnitPage",
    "ancestors",
    "calendar_for",
    "calendar_known",
    "calendar_page",
    "calendars_for",
    "children_of",
    "merge_candidates",
    "months_of",
    "search_units",
    "unit_page",
    "units_under",
]

SUBORDINATE_ORDER = ("kind", "name")


def ancestors(org: Org) -> list[Org]:
    """The levels above ``org``, root first; one query."""
    above = ancestor_ids(org.path)[:-1]
    return sorted(Org.objects.filter(pk__in=above), key=lambda each: above.index(each.pk))


def units_under(path: str, *, open_only: bool = True) -> QuerySet[Org]:
    """Schools and kindergartens of the subtree of ``path`` (itself too), by path."""
    units = Org.objects.filter(within([path]), kind__in=(OrgKind.SCHOOL, OrgKind.KINDERGARTEN))
    if open_only:
        units = units.filter(state=OrgState.ACTIVE)
    return units.order_by("path")


def children_of(org: Org) -> QuerySet[Org]:
    """The open units directly below ``org``."""
    return Org.objects.filter(parent=org, state=OrgState.ACTIVE).order_by(*SUBORDINATE_ORDER)


def name_of(actor: Actor, capability: str, pk: int) -> str | None:
    """The name of a unit where ``actor`` holds ``capability``; ``None`` for any other."""
    row = quick.one("SELECT name, path FROM orgs_org WHERE id = %s", [pk])
    return row[0] if row and actor.may(capability, row[1]) else None


def search_units(units: QuerySet[Org], words: str) -> QuerySet[Org]:
    """Those of ``units`` that bear ``words`` in their name, short name, code or an old name.

    A whole name means the units that have just that name.
    """
    key = name_key(words)
    if not key:
        return units
    named = units.filter(name_key=key)
    if named.exists():
        return named
    return units.filter(
        Q(name_key__contains=key)
        | Q(short_name__contains=words.strip())
        | Q(code__iexact=words.strip())
        | Q(former_names__contains=words.strip())
    )


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What the calendar page of a level shows: its calendar and where each part comes from.

    ``terms_from`` is the level whose terms count, ``None`` when none has any; ``days`` are the
    single days in force, nearest level winning, with the level that set each.
    """

    calendar: SchoolCalendar
    terms: tuple[Term, ...]
    terms_from: Org | None
    days: tuple[DayOverride, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the year at a glance; ``notes`` such as ``1日—7日 国庆节``, in order."""

    name: str
    school_days: int
    notes: tuple[str, ...]


def months_of(page: CalendarPage, year: int) -> list[Month]:
    """The twelve months of ``year`` in a calendar; no query."""
    reasons = {each.day: each.reason for each in page.days}
    months = []
    for month in range(1, 13):
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        days = [first + DAY * count for count in range((following - first).days)]
        school = sum(map(page.calendar.is_school_day, days))
        runs = groupby(days, lambda day: _remark(page.calendar, day, reasons.get(day, "")))
        notes = tuple(_note(list(run), remark) for remark, run in runs if remark)
        months.append(Month(_("%(month)d月") % {"month": month}, school, notes))
    return months


def _remark(found: SchoolCalendar, day: date, reason: str) -> str:
    """Why ``day`` is not like any other of its weekday; ``""`` if it is."""
    if found.is_school_day(day):
        if reason:
            return _("上课（%(reason)s）") % {"reason": reason}
        return _("调休上课") if day in found.workdays.worked else ""
    if reason:
        return reason
    if not found.in_term(day):
        return next((each.name for each in found.vacations if day in each), _("未设学期"))
    return found.workdays.holiday_name(day)


def _note(days: list[date], remark: str) -> str:
    first, last = days[0].day, days[-1].day
    if first == last:
        return _("%(day)d日 %(remark)s") % {"day": first, "remark": remark}
    told = {"first": first, "last": last, "remark": remark}
    return _("%(first)d日—%(last)d日 %(remark)s") % told


@dataclass(frozen=True, slots=True)
class UnitPage:
    """What the page of a unit shows; ``below`` are open units directly below it."""

    org: Org
    profile: Profile | None
    above: tuple[Org, ...]
    below: tuple[Org, ...]
    below_count: int
    old_names: tuple[OrgName, ...]
    absorbed: tuple[Org, ...]
    history: tuple[Entry, ...]


SHOWN_BELOW, SHOWN_LINES = 60, 20


def unit_page(org: Org) -> UnitPage:
    """A unit with what surrounds it; a fixed number of queries."""
    below = children_of(org)
    return UnitPage(
        org,
        Profile.objects.filter(org=org).first(),
        tuple(ancestors(org)),
        tuple(below[:SHOWN_BELOW]),
        below.count(),
        tuple(org.old_names.order_by("-until_on")),
        tuple(Org.objects.filter(merged_into=org).order_by("name")),
        tuple(history_of(org).order_by("-id")[:SHOWN_LINES]),
    )


def merge_candidates(org: Org, actor: Actor) -> QuerySet[Org]:
    """Units of the same county that ``org`` may be merged into by ``actor``."""
    return (
        Org.objects.visible_with(actor, "orgs.manage")
        .filter(county_id=org.county_id, state=OrgState.ACTIVE)
        .filter(kind__in=(OrgKind.SCHOOL, OrgKind.KINDERGARTEN))
        .exclude(pk=org.pk)
        .order_by("name")
    )


def calendar_page(org: Org) -> CalendarPage:
    """The calendar of ``org`` with its sources; three queries."""
    levels = ancestor_ids(org.path)
    loaded = _load(Q(org__in=levels))
    own, days = loaded.terms_of(levels), loaded.days_of(levels)
    terms = tuple(sorted(own, key=lambda term: term.starts_on))
    return CalendarPage(
        _calendar(own, days),
        terms,
        terms[0].org if terms else None,
        tuple(sorted(days.values(), key=lambda each: each.day)),
    )


def calendar_for(org: Org) -> SchoolCalendar:
    """The school calendar of one unit; two queries.

    Terms of the nearest level that has any; single days of all levels, the nearest winning; on
    top of the public calendar.
    """
    levels = ancestor_ids(org.path)
    return _load(Q(org__in=levels)).calendar(levels)


def calendars_for(units: Org | QuerySet[Org]) -> dict[int, SchoolCalendar]:
    """Calendars by unit id, of the units below a county (or any level) or of a queryset of units.

    Units with the same settings share one object; three queries, whatever the number of units.
    """
    rows = units_under(units.path, open_only=False) if isinstance(units, Org) else units
    paths = dict(rows.order_by().values_list("pk", "path"))
    loaded = _load(
        Q(org__county__in=rows.order_by().values("county")) | Q(org__county__isnull=True)
    )
    shared: dict[tuple[int, ...], SchoolCalendar] = {}
    found: dict[int, SchoolCalendar] = {}
    for pk, path in paths.items():
        levels = tuple(level for level in ancestor_ids(path) if level in loaded.levels)
        if levels not in shared:
            shared[levels] = loaded.calendar(levels)
        found[pk] = shared[levels]
    return found


@dataclass(frozen=True, slots=True)
class _Loaded:
    terms: Mapping[int, list[Term]]
    days: Mapping[int, list[DayOverride]]

    @property
    def levels(self) -> frozenset[int]:
        return frozenset(self.terms) | frozenset(self.days)

    def terms_of(self, levels: tuple[int, ...]) -> list[Term]:
        """Terms of the nearest of ``levels`` (root first) that has any."""
        level = nearest(levels, frozenset(self.terms))
        return self.terms[level] if level is not None else []

    def days_of(self, levels: tuple[int, ...]) -> dict[date, DayOverride]:
        """Single days of all ``levels``, the nearest winning."""
        return {each.day: each for level in levels for each in self.days.get(level, ())}

    def calendar(self, levels: tuple[int, ...]) -> SchoolCalendar:
        return _calendar(self.terms_of(levels), self.days_of(levels))


def _load(where: Q) -> _Loaded:
    terms: dict[int, list[Term]] = defaultdict(list)
    days: dict[int, list[DayOverride]] = defaultdict(list)
    for term in Term.objects.filter(where).select_related("org"):
        terms[term.org_id].append(term)
    for override in DayOverride.objects.filter(where).select_related("org"):
        days[override.org_id].append(override)
    return _Loaded(dict(terms), dict(days))


def _calendar(terms: Iterable[Term], days: Mapping[date, DayOverride]) -> SchoolCalendar:
    return SchoolCalendar(
        tuple(calendar.Term(term.name, term.starts_on, term.ends_on + DAY) for term in terms),
        MappingProxyType({day: calendar.DayKind(override.kind) for day, override in days.items()}),
        public_days(),
    )
