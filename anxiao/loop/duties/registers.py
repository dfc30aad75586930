"""The room's registers (台账): what each unit owes and has done, and the proofs."""

from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.access.scoping import within
from anxiao.foundation.kernel.periods import Status
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.foundation.registers.declare import (
    Asked,
    Column,
    DateRange,
    Filter,
    PrintLayout,
    Register,
)
from anxiao.loop.duties.models import Evidence, Plan, Tally
from anxiao.loop.duties.queries import kind_labels, status_of
from anxiao.loop.duties.queries.labels import period_label
from anxiao.loop.duties.queries.standing import current
from anxiao.loop.duties.states import STATUS_LABELS, STATUS_TONES, PlanState

TOWNS_SHOWN = 300


def _cells(actor: Actor) -> QuerySet[Any]:
    return Tally.objects.visible_to(actor).select_related("unit", "duty__clause", "duty__plan")


def _status(cell: Tally, asked: Asked) -> str:
    return str(STATUS_LABELS[status_of(cell, asked.day)])


def _tone(cell: Tally, asked: Asked) -> str:
    return STATUS_TONES[status_of(cell, asked.day)]


def _current(rows: QuerySet[Any], _value: bool, asked: Asked) -> QuerySet[Any]:
    return rows.filter(current(asked.day))


def _owing(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(owed=True, exempt=False, met=False)


def _overdue(rows: QuerySet[Any], _value: bool, asked: Asked) -> QuerySet[Any]:
    return _owing(rows).filter(due_on__lt=asked.day)


def _state(rows: QuerySet[Any], value: str, asked: Asked) -> QuerySet[Any]:
    narrowed = {
        Status.MET: lambda: rows.filter(met=True),
        Status.DUE: lambda: _owing(rows).filter(due_on__gte=asked.day),
        Status.OVERDUE: lambda: _owing(rows).filter(due_on__lt=asked.day),
        Status.EXEMPT: lambda: rows.filter(exempt=True),
        Status.NOT_OWED: lambda: rows.filter(owed=False),
    }
    return narrowed[Status(value)]()


def _period(rows: QuerySet[Any], value: DateRange, _asked: Asked) -> QuerySet[Any]:
    if value.from_on:
        rows = rows.filter(ends_on__gt=value.from_on)
    return rows.filter(starts_on__lte=value.until_on) if value.until_on else rows


def _clause(rows: QuerySet[Any], value: str, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(duty__clause__code=value.strip())


def _plan(rows: QuerySet[Any], value: str, _asked: Asked) -> QuerySet[Any]:
    issuer, _dot, code = value.partition(".")
    return rows.filter(duty__plan__issuer=issuer, duty__plan__code=code)


def _plans(asked: Asked) -> list[tuple[str, str]]:
    """Plans in all their versions, each once under its newest title."""
    plans = Plan.objects.visible_to(asked.actor).exclude(state=PlanState.DRAFT)
    rows = plans.order_by("version").values_list("issuer_id", "code", "title")
    return list({f"{issuer}.{code}": title for issuer, code, title in rows}.items())


def _of_unit(rows: QuerySet[Any], words: str, asked: Asked) -> QuerySet[Any]:
    return rows.filter(unit__in=search_units(Org.objects.visible_to(asked.actor), words))


def _below(rows: QuerySet[Any], value: str, asked: Asked) -> QuerySet[Any]:
    town = Org.objects.visible_to(asked.actor).filter(pk=value).first()
    return rows.filter(within([town.path], "unit__path")) if town else rows.none()


def _towns(asked: Asked) -> list[tuple[str, str]]:
    towns = Org.objects.visible_to(asked.actor).filter(kind=OrgKind.TOWN, state=OrgState.ACTIVE)
    rows = towns.order_by("name").values_list("pk", "name")[:TOWNS_SHOWN]
    return [(str(pk), name) for pk, name in rows]


DUTIES = Register(
    slug="duties",
    title=_("履职台账"),
    noun=_("项职责"),
    source=_cells,
    view_capability="duties.view",
    columns=(
        Column(key="unit", label=_("单位"), value="unit.name", sort="unit__name", wide=True),
        Column(
            key="clause",
            label=_("条款"),
            value="duty.clause.code",
            whole=True,
            sort="duty__clause__code",
        ),
        Column(key="title", label=_("职责"), value="duty.title", main=True, wide=True),
        Column(
            key="owner",
            label=_("责任岗位"),
            value=lambda row, _asked: ROLE_LABELS.get(row.duty.owner, row.duty.owner),
            phone=False,
        ),
        Column(key="period", label=_("时段"), value=lambda row, _asked: period_label(row)),
        Column(key="needed", label=_("应做次数"), value="needed", kind="int", phone=False),
        Column(key="done", label=_("已做次数"), value="done", kind="int"),
        Column(key="due_on", label=_("期限"), value="due_on", kind="date", sort="due_on"),
        Column(key="status", label=_("状态"), value=_status, tone=_tone),
    ),
    filters=(
        Filter(key="current", label=_("本期"), kind="preset", apply=_current, chip=True),
        Filter(
            key="overdue", label=_("超期"), kind="preset", apply=_overdue, chip=True, tone="late"
        ),
        Filter(
            key="status",
            often=True,
            label=_("状态"),
            kind="choice",
            choices=[
                (each, STATUS_LABELS[each])
                for each in (
                    Status.MET,
                    Status.DUE,
                    Status.OVERDUE,
                    Status.EXEMPT,
                    Status.NOT_OWED,
                )
            ],
            apply=_state,
        ),
        Filter(
            key="owner",
            often=True,
            label=_("责任岗位"),
            kind="choice",
            choices=list(ROLE_LABELS.items()),
            apply="duty__owner",
        ),
        Filter(key="clause", often=True, label=_("条款号"), kind="text", apply=_clause),
        Filter(key="period", often=True, label=_("时段"), kind="date_range", apply=_period),
        Filter(key="plan", label=_("方案"), kind="choice", choices=_plans, apply=_plan),
        Filter(key="town", often=True, label=_("镇街"), kind="org", choices=_towns, apply=_below),
        Filter(key="unit", often=True, label=_("单位名称"), kind="text", apply=_of_unit),
    ),
    search=("unit__name", "duty__title", "duty__code"),
    alert="overdue",
    detail_url=lambda row: reverse("duties:cell", args=[row.pk]),
    print=PrintLayout(title=_("学校安全履职台账")),
    empty_text=_("方案发布后，各单位每期应履行的职责列在这里。"),
)


def _facts(actor: Actor) -> QuerySet[Any]:
    facts = Evidence.objects.visible_to(actor).select_related("unit", "recorded_by")
    named = [When(kind=kind, then=Value(label)) for kind, label in kind_labels(actor).items()]
    return facts.annotate(kind_label=Case(*named, default=F("kind"), output_field=CharField()))


def _hand(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(source__startswith="duties.hand:")


def _late(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.exclude(late_reason="")


def _revoked(rows: QuerySet[Any], _value: bool, _asked: Asked) -> QuerySet[Any]:
    return rows.filter(revoked_at__isnull=False)


def _remarks(row: Evidence, _asked: Asked) -> str:
    parts = [row.note]
    if row.late_reason:
        parts.append(str(_("补录：%(reason)s") % {"reason": row.late_reason}))
    if row.revoked_at:
        parts.append(str(_("已撤销")))
    return _("；").join(filter(None, parts))


EVIDENCE = Register(
    slug="evidence",
    title=_("佐证台账"),
    noun=_("条佐证"),
    source=_facts,
    view_capability="duties.view",
    columns=(
        Column(
            key="happened_on",
            label=_("发生日期"),
            value="happened_on",
            kind="date",
            sort="happened_on",
        ),
        Column(key="unit", label=_("单位"), value="unit.name", sort="unit__name", wide=True),
        Column(key="kind", label=_("佐证种类"), value="kind_label", main=True),
        Column(key="recorded_at", label=_("登记时间"), value="recorded_at", kind="moment"),
        Column(key="recorded_by", label=_("登记人"), value="recorded_by.name", whole=True),
        Column(key="remarks", label=_("备注"), value=_remarks, wide=True),
    ),
    filters=(
        Filter(key="hand", label=_("手工佐证"), kind="preset", apply=_hand, chip=True),
        Filter(key="late", label=_("补录"), kind="preset", apply=_late, chip=True, tone="soon"),
        Filter(key="revoked", label=_("已撤销"), kind="preset", apply=_revoked, chip=True),
        Filter(key="happened", label=_("发生日期"), kind="date_range", apply="happened_on"),
        Filter(key="kind", label=_("种类代码"), kind="text", apply="kind"),
    ),
    search=("unit__name", "note", "kind"),
    detail_url=lambda row: reverse("duties:evidence", args=[row.pk]),
    print=PrintLayout(title=_("学校安全履职佐证台账"), remarks="remarks"),
    empty_text=_("检查、演练和手工登记的佐证都记在这里。"),
)
