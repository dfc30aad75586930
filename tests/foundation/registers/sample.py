"""A register over units' profiles and the journal, for the tests of the room."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import within
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.spellings import read_date, read_int
from anxiao.foundation.registers.declare import (
    Column,
    Filter,
    ImportField,
    ImportSpec,
    Outcome,
    PrintLayout,
    Register,
    Rejected,
)
from anxiao.foundation.registers.urls import register_urls
from anxiao.project.registers import REGISTERS
from anxiao.project.urls import urlpatterns as project_urls


def _rows(actor):
    return Entry.objects.filter(within(actor.paths("hazards.view"), "org_path"))


def _prepare(rows, context):
    wanted = {row["number"] for row in rows}
    context.memory["known"] = {
        entry.subject_id: entry
        for entry in Entry.objects.filter(subject="test", subject_id__in=wanted)
    }


def _apply(row, context):
    """A row becomes a line of the journal about ``number``; names starting with 错 are refused."""
    if row["name"].startswith("错"):
        return Rejected("name", "单位名称不对，请按全称填写。")
    if row["name"].startswith("异"):
        Entry.objects.create(at=context.at, actor_id=0, subject="leak", action="x")
        raise Invalid("不行", {"number": "编号不对，请核对。"})
    known = context.memory["known"].get(row["number"])
    if known is None:
        Entry.objects.create(
            at=context.at,
            actor_id=context.actor.user_id,
            actor_name=row["name"],
            org_path=context.org_path,
            action=row["note"] or "无",
            subject="test",
            subject_id=row["number"],
        )
        return Outcome.CREATED
    if known.actor_name == row["name"]:
        return Outcome.SAME
    Entry.objects.filter(pk=known.pk).update(actor_name=row["name"])
    return Outcome.CHANGED


SPEC = ImportSpec(
    slug="lines",
    title=_("测试台账"),
    capability="hazards.open",
    apply=_apply,
    prepare=_prepare,
    identity=lambda row: row["number"],
    fields=(
        ImportField(
            key="number",
            label=_("编号"),
            synonyms=("台账编号", "号码"),
            required=True,
            read=lambda value: read_int(value, nothing=None),
        ),
        ImportField(
            key="name", label=_("单位名称"), synonyms=("学校", "单位", "学校名称"), required=True
        ),
        ImportField(key="found_on", label=_("排查时间"), synonyms=("检查日期",), read=read_date),
        ImportField(key="note", label=_("备注"), synonyms=("说明",), max_length=50),
    ),
)

LINES = Register(
    slug="lines",
    title=_("测试台账"),
    noun=_("条"),
    source=_rows,
    view_capability="hazards.view",
    columns=(
        Column(key="number", label=_("编号"), value="subject_id", kind="int", sort="subject_id"),
        Column(
            key="name",
            label=_("单位名称"),
            value="actor_name",
            sort="actor_name",
            main=True,
        ),
        Column(key="note", label=_("备注"), value="action", wide=True),
        Column(key="at", label=_("时间"), value="at", kind="moment", sort="at"),
        Column(
            key="amount",
            label=_("数量"),
            value="actor_id",
            kind="int",
            total="actor_id",
            tone=lambda row, asked: "late" if row.actor_id > 5 else "plain",
        ),
    ),
    filters=(
        Filter(
            key="state",
            label=_("状态"),
            kind="choice",
            choices=(("a", "甲"), ("b", "乙")),
            apply="new_state",
            chip=True,
        ),
        Filter(
            key="big",
            label=_("较多"),
            kind="preset",
            chip=True,
            tone="late",
            apply=lambda rows, value, asked: rows.filter(actor_id__gt=5),
        ),
        Filter(key="when", label=_("时间"), kind="date_range", apply="at__date"),
        Filter(key="who", label=_("单位"), kind="text", apply="actor_name"),
    ),
    search=("actor_name", "action"),
    alert="big",
    detail_url=lambda row: f"/lines/{row.pk}",
    importer=SPEC,
    print=PrintLayout(title=_("测试台账（印）"), remarks="note"),
)

urlpatterns = [
    path("registers/", include(register_urls((LINES, *REGISTERS)))),
    *[one for one in project_urls if getattr(one, "namespace", "") != "registers"],
]


def lines_now():
    """What imports have stored: number and name of each line."""
    return list(
        Entry.objects.filter(subject="test")
        .order_by("subject_id")
        .values_list("subject_id", "actor_name")
    )
