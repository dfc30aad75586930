"""The ledger of units (学校基本情况统计表) as a register."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.orgs.models import Org, Profile
from anxiao.foundation.orgs.services.importing import UNITS_IMPORT
from anxiao.foundation.orgs.states import Heating, OrgKind, OrgState, Ownership, Stage
from anxiao.foundation.registers.declare import Asked, Column, Filter, PrintLayout, Register

TOWNS_SHOWN = 300


def _rows(actor: Actor) -> QuerySet[Profile]:
    return Profile.objects.visible_to(actor).select_related("org", "org__parent")


def _stages(row: Profile, _asked: Asked) -> str:
    return _("、").join(str(Stage(each).label) for each in row.stages if each in Stage.values)


def _tone(row: Profile, _asked: Asked) -> str:
    return "plain" if row.org.state == OrgState.ACTIVE else "late"


def _towns(asked: Asked) -> list[tuple[str, str]]:
    towns = Org.objects.visible_to(asked.actor).filter(kind=OrgKind.TOWN, state=OrgState.ACTIVE)
    return [(str(pk), name) for pk, name in towns.order_by("name").values_list("pk", "name")[:300]]


def _unreported(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.filter(pupils__isnull=True, org__state=OrgState.ACTIVE)


UNITS = Register(
    slug="units",
    title=_("学校（幼儿园）基本情况统计表"),
    noun=_("所学校、幼儿园"),
    source=_rows,
    view_capability="orgs.view",
    columns=(
        Column(
            key="name",
            label=_("单位名称"),
            value="org.name",
            sort="org__name",
            main=True,
            width=24,
        ),
        Column(key="code", label=_("单位代码"), value="org.code", whole=True, listed=False),
        Column(key="town", label=_("所属镇街"), value="org.parent.name", sort="org__parent__name"),
        Column(key="kind", label=_("学校类型"), value="org.kind", kind="choice", listed=False),
        Column(key="stages", label=_("学段"), value=_stages, width=8),
        Column(key="ownership", label=_("办学性质"), value="ownership", kind="choice", phone=False),
        Column(key="is_boarding", label=_("是否寄宿"), value="is_boarding", kind="bool"),
        Column(
            key="pupils",
            label=_("在校生数"),
            value="pupils",
            kind="int",
            sort="pupils",
            total="pupils",
        ),
        Column(
            key="boarders",
            label=_("寄宿生数"),
            value="boarders",
            kind="int",
            total="boarders",
            phone=False,
        ),
        Column(
            key="staff", label=_("教职工数"), value="staff", kind="int", total="staff", phone=False
        ),
        Column(key="principal", label=_("校（园）长"), value="principal", whole=True),
        Column(key="phone", label=_("联系电话"), value="phone", whole=True, listed=False, width=12),
        Column(
            key="has_canteen", label=_("有无食堂"), value="has_canteen", kind="bool", listed=False
        ),
        Column(
            key="buses", label=_("校车数量"), value="buses", kind="int", total="buses", listed=False
        ),
        Column(key="has_labs", label=_("有无实验室"), value="has_labs", kind="bool", listed=False),
        Column(
            key="has_construction",
            label=_("有无在建工程"),
            value="has_construction",
            kind="bool",
            listed=False,
        ),
        Column(key="heating", label=_("取暖方式"), value="heating", kind="choice", listed=False),
        Column(
            key="latitude", label=_("纬度"), value="latitude", listed=False, printed=False, width=11
        ),
        Column(
            key="longitude",
            label=_("经度"),
            value="longitude",
            listed=False,
            printed=False,
            width=11,
        ),
        Column(key="state", label=_("状态"), value="org.state", kind="choice", tone=_tone),
        Column(key="remarks", label=_("备注"), value="remarks", listed=False),
    ),
    filters=(
        Filter(
            key="unreported",
            label=_("未填学生数"),
            kind="preset",
            apply=_unreported,
            chip=True,
            tone="soon",
        ),
        Filter(
            key="state",
            label=_("状态"),
            kind="choice",
            choices=OrgState.choices,
            apply="org__state",
        ),
        Filter(
            key="kind",
            label=_("学校类型"),
            kind="choice",
            choices=[(each.value, each.label) for each in (OrgKind.SCHOOL, OrgKind.KINDERGARTEN)],
            apply="org__kind",
            chip=True,
        ),
        Filter(key="town", label=_("所属镇街"), kind="org", choices=_towns, apply="org__parent_id"),
        Filter(
            key="ownership",
            label=_("办学性质"),
            kind="choice",
            choices=Ownership.choices,
            apply="ownership",
        ),
        Filter(key="is_boarding", label=_("寄宿"), kind="bool", apply="is_boarding"),
        Filter(key="has_canteen", label=_("有食堂"), kind="bool", apply="has_canteen"),
        Filter(
            key="has_construction", label=_("有在建工程"), kind="bool", apply="has_construction"
        ),
        Filter(
            key="heating",
            label=_("取暖方式"),
            kind="choice",
            choices=[choice for choice in Heating.choices if choice[0]],
            apply="heating",
        ),
    ),
    search=("org__name", "org__short_name", "org__code", "org__former_names", "principal"),
    order="org__path",
    alert="unreported",
    detail_url=lambda row: reverse("orgs:detail", args=[row.org_id]),
    clauses=("2.2.b",),
    importer=UNITS_IMPORT,
    print=PrintLayout(title=_("学校（幼儿园）基本情况统计表"), remarks="remarks"),
    empty_text=_("导入学校基本情况统计表，或由县（区）新建单位。"),
)
