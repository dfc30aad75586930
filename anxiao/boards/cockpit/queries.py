"""What the board of a level shows; set-based, a fixed number of queries whatever the units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.boards.cockpit.rules import LOOK_BACK_DAYS, Line, Square, week_label
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import children_of
from anxiao.foundation.orgs.states import OrgKind
from anxiao.foundation.ui.rules import Chart, Series
from anxiao.loop.duties.models import Clause, Rollup, Tally
from anxiao.loop.duties.queries import plans_in_force
from anxiao.loop.hazards.queries import (
    hazard_tiles,
    hazards_by,
    hazards_by_age,
    hazards_by_week,
    unanswered,
)

LEVELS = (OrgKind.TOWN, OrgKind.COUNTY)
SHOWN_KINDS = (*LEVELS, OrgKind.SCHOOL, OrgKind.KINDERGARTEN)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Clause × unit: ``clauses`` head the columns, ``lines`` the rows, the latest first."""

    clauses: tuple[Clause, ...]
    lines: tuple[Line, ...]

    @property
    def late(self) -> int:
        """Late duties in all squares."""
        return sum(line.late for line in self.lines)

    @property
    def late_lines(self) -> int:
        """Rows with anything late."""
        return sum(line.late > 0 for line in self.lines)


def matrix(actor: Actor, org: Org, day: date) -> Matrix:
    """The matrix of the levels and units right below ``org``, or of a unit itself.

    Towns and counties are read from rollups, schools from their cells.
    """
    plan = plans_in_force(actor, day).first()
    if plan is None:
        return Matrix((), ())
    clauses = tuple(Clause.objects.filter(plan=plan, duties__isnull=False).distinct())
    rows = [org] if org.is_unit else [each for each in children_of(org) if each.kind in SHOWN_KINDS]
    levels = _squares(_rollup_sums(rows, day, plan.pk))
    units = _squares(_cell_sums(rows, org, day, plan.pk))
    lines = [_line_of(row, clauses, units if row.is_unit else levels) for row in rows]
    return Matrix(clauses, tuple(sorted(lines, key=lambda line: -line.late)))


def _line_of(row: Org, clauses: Iterable[Clause], found: dict[tuple[int, int], Square]) -> Line:
    squares = tuple(_linked(found.get((row.pk, clause.pk)), row, clause) for clause in clauses)
    return Line(row.name, _row_url(row), squares)


def _shown(day: date) -> Q:
    """Periods that hold ``day``, and those past their day that can still be mended."""
    lately = Q(due_on__gte=day - timedelta(days=LOOK_BACK_DAYS), due_on__lt=day)
    return Q(starts_on__lte=day, ends_on__gt=day) | lately


def _rollup_sums(rows: Iterable[Org], day: date, plan_id: int) -> QuerySet[Any, Any]:
    levels = [row.pk for row in rows if not row.is_unit]
    late = Q(due_on__lt=day, met__lt=F("owed"))
    return (
        Rollup.objects.filter(_shown(day), org__in=levels, duty__plan=plan_id)
        .values_list("org_id", "duty__clause_id")
        .annotate(
            all_met=Sum("met"),
            all_owed=Sum("owed"),
            all_late=Sum(F("owed") - F("met"), filter=late, default=0),
        )
        .order_by()
    )


def _cell_sums(rows: Iterable[Org], org: Org, day: date, plan_id: int) -> QuerySet[Any, Any]:
    mine = Q(unit=org) if org.is_unit else Q(unit__parent=org)
    return (
        Tally.objects.filter(mine, _shown(day), duty__plan=plan_id, owed=True, exempt=False)
        .values_list("unit_id", "duty__clause_id")
        .annotate(
            all_met=Count("pk", filter=Q(met=True)),
            all_owed=Count("pk"),
            all_late=Count("pk", filter=Q(met=False, due_on__lt=day)),
        )
        .order_by()
    )


def _squares(sums: QuerySet[Any, Any]) -> dict[tuple[int, int], Square]:
    return {
        (row_id, clause_id): Square(met, owed, late)
        for row_id, clause_id, met, owed, late in sums
        if owed
    }


def _linked(square: Square | None, row: Org, clause: Clause) -> Square | None:
    if square is None:
        return None
    if row.is_unit:
        url = reverse("duties:clause", args=[row.pk, clause.pk])
    else:
        url = f"{reverse('cockpit:board')}?org={row.pk}#c{clause.pk}"
    return Square(square.met, square.owed, square.late, url)


def _row_url(row: Org) -> str:
    return f"{reverse('cockpit:board')}?org={row.pk}"


def tiles(actor: Actor, org: Org, day: date, found: Matrix) -> list[dict[str, Any]]:
    """The four figures of what is late, each with the list behind it; two queries."""
    hazards = hazard_tiles(actor, org.path, day)
    waiting = unanswered(actor, org.path, day).count()
    ledger = reverse("registers:hazards")
    duties = reverse("registers:duties")
    figures = (
        (_("超期职责"), found.late, f"{duties}?overdue=1"),
        (_("超期隐患"), hazards.overdue, f"{ledger}?overdue=1"),
        (_("重大未销号"), hazards.major, f"{ledger}?level=major&live=1"),
        (_("上报待答复"), waiting, f"{ledger}?state=reported"),
    )
    return [
        {"label": label, "value": value, "url": url, "tone": "late" if value else "done"}
        for label, value, url in figures
    ]


def charts(actor: Actor, org: Org, day: date) -> list[Chart]:
    """Hazards by state, level, category and age, and the trend by week; six queries."""
    path = org.path
    weeks = hazards_by_week(actor, path, day)
    trend = Chart(
        "trend",
        _("每周登记和销号的隐患各有多少？"),
        "line",
        tuple(week_label(week.starts_on) for week in weeks),
        (
            Series(_("登记"), tuple(week.opened for week in weeks)),
            Series(_("销号"), tuple(week.closed for week in weeks), tone="done"),
        ),
        unit=_("项"),
    )
    grouped = [
        ("category", _("未销号的隐患是哪些类别？"), hazards_by(actor, path, "category", day)),
        ("age", _("未销号的隐患登记了多久？"), hazards_by_age(actor, path, day)),
        ("level", _("未销号的隐患是什么等级？"), hazards_by(actor, path, "level", day)),
        ("state", _("隐患现在到了哪一步？"), hazards_by(actor, path, "state", day)),
    ]
    return [trend, *(_bars(key, question, found) for key, question, found in grouped)]


def _bars(key: str, question: str, found: Iterable[Any]) -> Chart:
    shown = [each for each in found if each.live or (key == "state" and each.closed)][:12]
    values = tuple(each.live or each.closed for each in shown)
    late = tuple(each.overdue for each in shown)
    return Chart(
        key,
        question,
        "bar",
        tuple(str(each.label) for each in shown),
        (Series(_("合计"), values), Series(_("其中超期"), late, tone="late")),
        unit=_("项"),
        horizontal=len(shown) > 6,  # noqa: PLR2004 - what fits upright
    )
