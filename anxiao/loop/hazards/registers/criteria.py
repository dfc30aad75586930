"""The table of major-hazard criteria (重大事故隐患判定标准), with its sources."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.spellings import (
    read_bool,
)
from anxiao.foundation.registers.declare import (
    Asked,
    Column,
    Filter,
    ImportField,
    ImportSpec,
    PrintLayout,
    Register,
)
from anxiao.loop.hazards.models import Criterion
from anxiao.loop.hazards.services.importing import (
    import_criterion_row,
)
from anxiao.loop.hazards.states import (
    CriterionMethod,
)


def _criteria(actor: Actor) -> Any:
    return Criterion.objects.visible_to(actor)


def _to_confirm(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.filter(confirm=True)


def _to_fill_in(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.filter(is_open=True)


def _text(row: Criterion, _asked: Asked) -> str:
    return row.text or str(_("（待补充：请对照文件原文填写）"))


def _standing(row: Criterion, _asked: Asked) -> str:
    if row.retired_on:
        return str(_("已停用"))
    if row.is_open:
        return str(_("待补充"))
    return str(_("待核实")) if row.confirm else str(_("在用"))


def _standing_tone(row: Criterion, _asked: Asked) -> str:
    return "soon" if row.confirm or row.is_open else "plain"


CRITERIA_IMPORT = ImportSpec(
    slug="criteria",
    title=_("重大事故隐患判定标准"),
    capability="hazards.criteria",
    apply=import_criterion_row,
    identity=lambda row: row["code"],
    hint=_("代码相同的按新内容更新；判定情形请照文件原文填写。"),
    fields=(
        ImportField(
            key="code", label=_("代码"), synonyms=("编号", "编码"), required=True, max_length=40
        ),
        ImportField(
            key="domain", label=_("领域"), synonyms=("类别", "分类"), required=True, max_length=40
        ),
        ImportField(key="method", label=_("判定方式"), synonyms=("方式",), max_length=10),
        ImportField(
            key="text",
            label=_("判定情形"),
            synonyms=("情形", "判定内容", "条文", "内容"),
            required=True,
            max_length=400,
        ),
        ImportField(
            key="source",
            label=_("依据"),
            synonyms=("文件依据", "出处", "来源"),
            required=True,
            max_length=200,
        ),
        ImportField(key="confirm", label=_("待核实"), read=read_bool),
    ),
)

CRITERIA = Register(
    slug="criteria",
    title=_("重大事故隐患判定标准"),
    noun=_("条判定情形"),
    source=_criteria,
    view_capability=("hazards.view", "hazards.criteria"),
    columns=(
        Column(key="code", label=_("代码"), value="code", whole=True, sort="code", main=True),
        Column(key="standing", label=_("状态"), value=_standing, tone=_standing_tone),
        Column(key="domain", label=_("领域"), value="domain", sort="domain"),
        Column(key="method", label=_("判定方式"), value="method", kind="choice"),
        Column(key="text", label=_("判定情形"), value=_text, wide=True, width=50),
        Column(key="source", label=_("依据"), value="source", width=24),
    ),
    filters=(
        Filter(
            key="confirm",
            label=_("待核实"),
            kind="preset",
            apply=_to_confirm,
            chip=True,
            tone="soon",
        ),
        Filter(
            key="open",
            label=_("待补充"),
            kind="preset",
            apply=_to_fill_in,
            chip=True,
            tone="soon",
        ),
        Filter(
            key="method",
            label=_("判定方式"),
            kind="choice",
            choices=CriterionMethod.choices,
            apply="method",
        ),
    ),
    search=("code", "domain", "text", "source"),
    order="id",
    detail_url=lambda row: reverse("hazards:criterion", args=[row.pk]),
    importer=CRITERIA_IMPORT,
    clauses=("3.4.g",),
    print=PrintLayout(title=_("重大事故隐患判定标准"), landscape=False),
    empty_text=_("更新程序数据后，这里列出教育系统重大事故隐患的判定情形。"),
)
