"""Clause × unit: towns and counties from rollups, schools and a level itself from cells."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.boards.cockpit.queries.asking import Asked
from anxiao.boards.cockpit.rules import Line, Square, pressure, section_of, total
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import children_of
from anxiao.foundation.orgs.states import OrgKind
from anxiao.loop.duties.models import Clause, Rollup, Tally
from anxiao.loop.duties.states import PlanState

SHOWN_KINDS = (OrgKind.TOWN, OrgKind.COUNTY, OrgKind.SCHOOL, OrgKind.KINDERGARTEN)
LINES_SHOWN = 60
WORST_SHOWN = 8
NUMBER = re.compile(r"^[0-9一二三四五六七八九十]+[.、．]\s*")
"""The number before a section's title: its code says it already."""

Found = dict[tuple[int, str], Square]
"""Squares by unit id and clause code: versions of a plan share their codes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One clause with its sum over all lines; ``units`` of them are late."""

    clause: Clause
    square: Square
    units: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the notice, with how much of it is late."""

    code: str
    label: str
    late: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """``columns`` head the squares of ``lines``, the latest line first; ``more`` are not shown.

    ``late`` and ``late_lines`` count all sections, whatever the board is narrowed to.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    late: int
    late_lines: int
    more: int = 0

    @property
    def shown_late(self) -> int:
        """How much is late in the columns shown."""
        return sum(column.square.late for column in self.columns)

    @property
    def worst(self) -> tuple[Column, ...]:
        """The clauses most in need of somebody: late ones, the most late first."""
        late = [column for column in self.columns if column.square.late]
        return tuple(sorted(late, key=lambda column: pressure(column.square))[:WORST_SHOWN])

    @property
    def pressing(self) -> tuple[Column, ...]:
        """Clauses not all done, late before due: what the board of a unit lists first."""
        return tuple(column for column in self._by_pressure if column.square.tone != "done")

    @property
    def done(self) -> tuple[Column, ...]:
        """Clauses that are all done."""
        return tuple(column for column in self.columns if column.square.tone == "done")

    @property
    def _by_pressure(self) -> list[Column]:
        return sorted(self.columns, key=lambda column: pressure(column.square))


def matrix(asked: Asked, *, whole: bool = False) -> Matrix:
    """The matrix of what stands right below a level and of the level itself; four queries.

    Clauses that nobody owes are left out, and lines beyond the worst ``LINES_SHOWN`` unless
    ``whole``; figures count them all.
    """
    clauses = _clauses(asked)
    rows = _rows(asked.org)
    found = _squares(_cell_sums(rows, asked)) | _below(rows, asked)
    sections = _sections(clauses, found)
    shown = [
        clause
        for clause in clauses
        if any((row.pk, clause.code) in found for row in rows)
        and (not asked.section or section_of(clause.code) == asked.section)
    ]
    lines = [_line_of(row, shown, found, asked) for row in rows]
    lines = sorted((line for line in lines if any(line.squares)), key=lambda line: -line.late)
    kept = lines if whole else lines[:LINES_SHOWN]
    return Matrix(
        columns=tuple(_column(place, clause, lines, asked) for place, clause in enumerate(shown)),
        lines=tuple(kept),
        sections=sections,
        late=sum(square.late for square in found.values()),
        late_lines=len({row_id for (row_id, _clause), square in found.items() if square.late}),
        more=len(lines) - len(kept),
    )


def _clauses(asked: Asked) -> list[Clause]:
    """Clauses with duties of the plan shown, then those that only its earlier versions had."""
    plan = asked.plan
    if plan is None:
        return []
    rows = Clause.objects.filter(
        plan__code=plan.code, plan__issuer=plan.issuer_id, duties__isnull=False
    ).exclude(plan__state=PlanState.DRAFT)
    newest_first = sorted(rows.distinct(), key=lambda each: each.plan_id != plan.pk)
    kept: dict[str, Clause] = {}
    for clause in newest_first:
        kept.setdefault(clause.code, clause)
    return list(kept.values())


def _rows(org: Org) -> list[Org]:
    if org.is_unit:
        return [org]
    return [org, *(each for each in children_of(org) if each.kind in SHOWN_KINDS)]


def _below(rows: Sequence[Org], asked: Asked) -> Found:
    """What stands below the levels among ``rows``, the asked one left out: it is all of them."""
    levels = [row.pk for row in rows if not row.is_unit and row.pk != asked.org.pk]
    late = Q(due_on__lt=asked.day, met__lt=F("owed"))
    return _squares(
        Rollup.objects.filter(asked.periods, asked.versions, org__in=levels)
        .values_list("org_id", "duty__clause__code")
        .annotate(
            all_met=Sum("met"),
            all_owed=Sum("owed"),
            all_late=Sum(F("owed") - F("met"), filter=late, default=0),
        )
        .order_by()
    )


def _cell_sums(rows: Sequence[Org], asked: Asked) -> QuerySet[Any, Any]:
    units = [row.pk for row in rows if row.is_unit or row.pk == asked.org.pk]
    return (
        Tally.objects.filter(asked.periods, asked.versions, unit__in=units, owed=True, exempt=False)
        .values_list("unit_id", "duty__clause__code")
        .annotate(
            all_met=Count("pk", filter=Q(met=True)),
            all_owed=Count("pk"),
            all_late=Count("pk", filter=Q(met=False, due_on__lt=asked.day)),
        )
        .order_by()
    )


def _squares(sums: QuerySet[Any, Any]) -> Found:
    return {
        (row_id, code): Square(met, owed, late) for row_id, code, met, owed, late in sums if owed
    }


def _line_of(row: Org, clauses: Iterable[Clause], found: Found, asked: Asked) -> Line:
    itself = row.pk == asked.org.pk
    squares = tuple(
        _linked(found.get((row.pk, clause.code)), row, clause, asked) for clause in clauses
    )
    if not itself:
        return Line(row.name, asked.url(org=row.pk), squares)
    name = row.name if row.is_unit else _("%(name)s本级") % {"name": row.name}
    return Line(name, reverse("duties:unit", args=[row.pk]), squares)


def _linked(square: Square | None, row: Org, clause: Clause, asked: Asked) -> Square | None:
    """With the way down: to the records of a unit, or to the same section one level lower."""
    if square is None:
        return None
    if row.is_unit or row.pk == asked.org.pk:
        url = reverse("duties:clause", args=[row.pk, clause.pk])
    else:
        url = f"{asked.url(org=row.pk, section=section_of(clause.code))}#c{clause.pk}"
    return Square(square.met, square.owed, square.late, url)


def _column(place: int, clause: Clause, lines: Sequence[Line], asked: Asked) -> Column:
    squares = [line.squares[place] for line in lines]
    if asked.org.is_unit:
        url = reverse("duties:clause", args=[asked.org.pk, clause.pk])
    else:
        url = asked.duties_url(clause=clause.code, overdue=1)
    return Column(clause, total(squares, url), sum(square.late > 0 for square in squares if square))


def _sections(clauses: Iterable[Clause], found: Found) -> tuple[Section, ...]:
    late: dict[str, int] = {}
    for (_row_id, of_clause), square in found.items():
        late[of_clause] = late.get(of_clause, 0) + square.late
    labels: dict[str, str] = {}
    sums: dict[str, int] = {}
    for clause in clauses:
        if clause.code in late:
            code = section_of(clause.code)
            labels.setdefault(code, NUMBER.sub("", clause.section or clause.chapter))
            sums[code] = sums.get(code, 0) + late[clause.code]
    return tuple(Section(code, label, sums[code]) for code, label in labels.items())
