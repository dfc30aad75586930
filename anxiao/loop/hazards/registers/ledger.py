"""The hazard ledger (隐患台账): columns as they are printed, filters, export."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.foundation.registers.declare import (
    Asked,
    Column,
    Filter,
    PrintLayout,
    Register,
)
from anxiao.loop.hazards.catalog import category_choices
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.registers.ledger_import import HAZARDS_IMPORT
from anxiao.loop.hazards.rules import due_of
from anxiao.loop.hazards.rules.clocks import DueKind
from anxiao.loop.hazards.states import (
    HazardLevel,
    HazardSource,
    HazardState,
)

TOWNS_SHOWN = 300


def _rows(actor: Actor) -> Any:
    return Hazard.objects.visible_to(actor).select_related("org")


def _overdue(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.overdue(asked.day)


def _due_soon(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.due_soon(asked.day)


def _without_deadline(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.without_deadline()


def _interim_ending(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.interim_ending(asked.day)


def _unanswered(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.unanswered(asked.day)


def _supervised(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.filter(supervised_on__isnull=False)


def _live(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.live()


def _in_state(rows: Any, value: str, _asked: Asked) -> Any:
    return rows.in_state(value)


def _late_entry(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.exclude(late_reason="")


def _mine(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.filter(responsible=asked.actor.user_id)


def _of_unit(rows: Any, words: str, asked: Asked) -> Any:
    return rows.filter(org__in=search_units(Org.objects.visible_to(asked.actor), words))


def _below(rows: Any, value: str, asked: Asked) -> Any:
    town = Org.objects.visible_to(asked.actor).filter(pk=value).first()
    return rows.below(town.path) if town else rows.none()


def _towns(asked: Asked) -> list[tuple[str, str]]:
    towns = Org.objects.visible_to(asked.actor).filter(kind=OrgKind.TOWN, state=OrgState.ACTIVE)
    rows = towns.order_by("name").values_list("pk", "name")[:TOWNS_SHOWN]
    return [(str(pk), name) for pk, name in rows]


def _state_tone(row: Hazard, _asked: Asked) -> str:
    tones = {HazardState.CLOSED: "done", HazardState.SUBMITTED: "soon", HazardState.OPEN: "soon"}
    return tones.get(HazardState(row.state), "plain")


def _due_tone(row: Hazard, asked: Asked) -> str:
    due = due_of(row.state, row.due_on, row.clock_stopped_on, asked.day)
    return {DueKind.OVERDUE: "late", DueKind.SOON: "soon"}.get(due.kind, "plain")


def _level_tone(row: Hazard, _asked: Asked) -> str:
    return "late" if row.level == HazardLevel.MAJOR else "plain"


def _finished_on(row: Hazard, _asked: Asked) -> Any:
    closed = row.state == HazardState.CLOSED and row.submitted_at
    return business_day(row.submitted_at) if closed and row.submitted_at else None


def _closed_on(row: Hazard, _asked: Asked) -> Any:
    return business_day(row.closed_at) if row.closed_at else None


def _closed(row: Hazard, _asked: Asked) -> bool:
    return row.state == HazardState.CLOSED


def _remarks(row: Hazard, _asked: Asked) -> str:
    late = _("补录：%(why)s") % {"why": row.late_reason} if row.late_reason else ""
    watched = _("挂牌督办") if row.supervised_on else ""
    return _("；").join(str(part) for part in (late, watched, row.remarks) if part)


HAZARDS = Register(
    slug="hazards",
    title=_("隐患排查整改台账"),
    noun=_("项隐患"),
    source=_rows,
    view_capability=("hazards.view", "hazards.view_own"),
    columns=(
        # Numbers repeat across units: the unit stands beside them, and the list as it first opens
        # (newest first) is not sorted by them.
        Column(
            key="number", label=_("台账编号"), value="number", whole=True, sort="number", width=11
        ),
        Column(key="org", label=_("单位"), value="org.name", sort="org__name", width=18),
        Column(
            key="state",
            label=_("状态"),
            value="state",
            kind="choice",
            printed=False,
            tone=_state_tone,
        ),
        Column(
            key="found_on",
            label=_("排查时间"),
            value="found_on",
            kind="date",
            sort="found_on",
            listed=False,
        ),
        Column(
            key="found_by",
            label=_("排查人"),
            value="found_by_name",
            whole=True,
            listed=False,
            phone=False,
        ),
        Column(key="place", label=_("地点/部位"), value="place_text", width=14),
        Column(
            key="category",
            label=_("隐患类别"),
            value="category_name",
            sort="category",
            listed=False,
        ),
        Column(
            key="description",
            label=_("隐患描述"),
            value="description",
            main=True,
            wide=True,
            width=30,
        ),
        Column(key="level", label=_("等级"), value="level", kind="choice", tone=_level_tone),
        Column(key="cause", label=_("原因"), value="cause_name", listed=False, printed=False),
        Column(
            key="measure", label=_("整改措施"), value="measure", listed=False, wide=True, width=26
        ),
        Column(key="unit", label=_("责任单位"), value="responsible_unit", listed=False, width=14),
        Column(key="person", label=_("责任人"), value="responsible_name", whole=True, phone=False),
        Column(
            key="funds",
            label=_("资金（元）"),
            value="funds",
            kind="money",
            total="funds",
            sort="funds",
            listed=False,
        ),
        Column(
            key="due_on",
            label=_("整改期限"),
            value="due_on",
            kind="date",
            sort="due_on",
            tone=_due_tone,
        ),
        Column(
            key="interim",
            label=_("临时防范措施"),
            value="interim_measure",
            listed=False,
            width=16,
        ),
        Column(
            key="finished_on", label=_("完成时间"), value=_finished_on, kind="date", listed=False
        ),
        Column(key="verifier", label=_("验收人"), value="closed_by_name", whole=True, listed=False),
        Column(
            key="closed_on",
            label=_("验收时间"),
            value=_closed_on,
            kind="date",
            listed=False,
            printed=False,
        ),
        Column(key="closed", label=_("是否销号"), value=_closed, kind="bool", listed=False),
        Column(
            key="source",
            label=_("来源"),
            value="source",
            kind="choice",
            listed=False,
            printed=False,
        ),
        Column(key="remarks", label=_("备注"), value=_remarks, listed=False, width=14),
    ),
    filters=(
        Filter(
            key="overdue", label=_("超期"), kind="preset", apply=_overdue, chip=True, tone="late"
        ),
        Filter(
            key="due_soon",
            label=_("临期"),
            kind="preset",
            apply=_due_soon,
            chip=True,
            tone="soon",
        ),
        Filter(key="live", label=_("未销号"), kind="preset", apply=_live, chip=True),
        Filter(key="mine", label=_("我负责的"), kind="preset", apply=_mine, chip=True),
        Filter(
            key="no_deadline",
            label=_("未定期限"),
            kind="preset",
            apply=_without_deadline,
            chip=True,
        ),
        Filter(
            key="supervised",
            label=_("挂牌督办"),
            kind="preset",
            apply=_supervised,
            chip=True,
            tone="late",
        ),
        Filter(
            key="unanswered",
            label=_("上报超时未答复"),
            kind="preset",
            apply=_unanswered,
            tone="late",
        ),
        Filter(
            key="interim",
            label=_("临时措施到期"),
            kind="preset",
            apply=_interim_ending,
            tone="soon",
        ),
        Filter(key="late_entry", label=_("补录"), kind="preset", apply=_late_entry),
        Filter(
            key="state",
            often=True,
            label=_("状态"),
            kind="choice",
            choices=HazardState.choices,
            apply=_in_state,
        ),
        Filter(
            key="level",
            often=True,
            label=_("等级"),
            kind="choice",
            choices=HazardLevel.choices,
            apply="level",
        ),
        Filter(
            key="category",
            often=True,
            label=_("隐患类别"),
            kind="choice",
            choices=category_choices(),
            apply="category",
        ),
        Filter(
            key="source",
            label=_("来源"),
            kind="choice",
            choices=HazardSource.choices,
            apply="source",
        ),
        Filter(key="found", label=_("排查时间"), kind="date_range", apply="found_on"),
        Filter(key="due", often=True, label=_("整改期限"), kind="date_range", apply="due_on"),
        Filter(key="town", often=True, label=_("镇街"), kind="org", choices=_towns, apply=_below),
        Filter(key="unit", often=True, label=_("单位名称"), kind="text", apply=_of_unit),
    ),
    search=("number", "description", "place_text", "responsible_name", "org__name"),
    order="-id",
    first=("overdue", "unanswered"),
    alert="overdue",
    detail_url=lambda row: reverse("hazards:detail", args=[row.pk]),
    create_url=lambda: reverse("hazards:open"),
    create_label=_("登记隐患"),
    create_capability="hazards.open",
    importer=HAZARDS_IMPORT,
    clauses=("2.2.g", "3.2.c"),
    print=PrintLayout(
        title=_("学校安全隐患排查整改销号台账"),
        signatures=(_("填报人"), _("审核人"), _("单位负责人")),
        remarks="remarks",
    ),
    empty_text=_("检查发现的、随手登记的隐患都会列在这里，一项一号，销号为止。"),
)
