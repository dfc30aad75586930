"""The room's register: 检查记录台账."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.places.rules import joined
from anxiao.foundation.registers.declare import (
    Asked,
    Choices,
    Column,
    DateRange,
    Filter,
    PrintLayout,
    Register,
)
from anxiao.loop.inspections.models import Inspection
from anxiao.loop.inspections.queries import checklists_visible_to, inspections_visible_to
from anxiao.loop.inspections.states import ChecklistState, InspectionKind


def _rows(actor: Actor) -> QuerySet[Any]:
    return inspections_visible_to(actor).select_related("org", "checklist", "point", "place")


def _with_fails(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(failed__gt=0)


def _all_passed(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(failed=0)


def _late_entry(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.exclude(late_reason="")


def _days(rows: QuerySet[Any], value: DateRange, _asked: Asked) -> QuerySet[Any]:
    if value.from_on:
        rows = rows.filter(happened_on__gte=value.from_on)
    return rows.filter(happened_on__lte=value.until_on) if value.until_on else rows


def _by_code(rows: QuerySet[Any], value: str, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(checklist__code=value)


def _checklists(asked: Asked) -> Choices:
    rows = checklists_visible_to(asked.actor).exclude(state=ChecklistState.DRAFT)
    rows = rows.order_by("code", "version")
    return list(dict(rows.values_list("code", "title")).items())


def _unit(rows: QuerySet[Any], words: str, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(org__in=search_units(Org.objects.all(), words))


def _spot(row: Inspection, _asked: Asked) -> str:
    place = row.place.full_name if row.place else ""
    return joined(place, row.point.name if row.point else "")


def _result(row: Inspection, _asked: Asked) -> str:
    return str(_("%(n)d 项不合格") % {"n": row.failed}) if row.failed else str(_("全部合格"))


def _tone(row: Inspection, _asked: Asked) -> str:
    return "late" if row.failed else "done"


INSPECTIONS = Register(
    slug="inspections",
    title=_("检查记录台账"),
    noun=_("次检查"),
    source=_rows,
    view_capability=("inspections.view", "inspections.inspect", "inspections.superior"),
    columns=(
        Column(key="checklist", label=_("检查表"), value="checklist.title", main=True, width=24),
        Column(key="org", label=_("单位"), value="org.name", sort="org__name", wide=True),
        Column(key="happened_on", label=_("检查日期"), value="happened_on", kind="date"),
        Column(key="kind", label=_("类型"), value="kind", kind="choice"),
        Column(key="spot", label=_("检查点"), value=_spot, width=20),
        Column(key="inspector", label=_("检查人"), value="inspector_name", whole=True),
        Column(key="result", label=_("结果"), value=_result, tone=_tone),
        Column(key="passed", label=_("合格项"), value="passed", kind="int", phone=False),
        Column(
            key="failed",
            label=_("不合格项"),
            value="failed",
            kind="int",
            total="failed",
            phone=False,
        ),
        Column(
            key="received", label=_("登记时间"), value="received_at", kind="moment", listed=False
        ),
        Column(key="companions", label=_("同行人员"), value="companions", listed=False),
        Column(key="late_reason", label=_("补录原因"), value="late_reason", listed=False),
        Column(key="remarks", label=_("备注"), value="remarks", listed=False),
    ),
    filters=(
        Filter(
            key="failed",
            label=_("有不合格"),
            kind="preset",
            apply=_with_fails,
            chip=True,
            tone="late",
        ),
        Filter(key="clean", label=_("全部合格"), kind="preset", apply=_all_passed, chip=True),
        Filter(key="late", label=_("补录"), kind="preset", apply=_late_entry, chip=True),
        Filter(
            key="kind", label=_("类型"), kind="choice", choices=InspectionKind.choices, apply="kind"
        ),
        Filter(
            key="checklist", label=_("检查表"), kind="choice", choices=_checklists, apply=_by_code
        ),
        Filter(key="on", label=_("检查日期"), kind="date_range", apply=_days),
        Filter(key="org", label=_("单位"), kind="text", apply=_unit),
    ),
    search=("inspector_name", "remarks", "companions"),
    order="-id",
    alert="failed",
    detail_url=lambda row: reverse("inspections:detail", args=[row.pk]),
    create_url=lambda: reverse("inspections:start"),
    create_label=_("开始检查"),
    create_capability="inspections.inspect",
    clauses=("2.2.a",),
    empty_text=_("检查完成后，记录列在这里。"),
    print=PrintLayout(title=_("学校安全检查记录台账"), remarks="remarks"),
)
