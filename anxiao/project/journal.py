"""The journal as a register, for the audit administrator: read, filter, export, print.

It stands here because the journal itself lies beneath the registers.
"""

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.clock import day_bounds
from anxiao.foundation.registers.declare import (
    Asked,
    Column,
    DateRange,
    Filter,
    PrintLayout,
    Register,
)


def _rows(actor: Actor) -> QuerySet[Entry]:
    return Entry.objects.visible_to(actor)


def _detail(row: Entry, _asked: Asked) -> str:
    return json.dumps(row.detail, ensure_ascii=False) if row.detail else ""


def _within(rows: Any, days: DateRange, _asked: Asked) -> Any:
    if days.from_on:
        rows = rows.filter(at__gte=day_bounds(days.from_on)[0])
    if days.until_on:
        rows = rows.filter(at__lt=day_bounds(days.until_on)[1])
    return rows


JOURNAL = Register(
    slug="journal",
    title=_("操作日志"),
    noun=_("条日志"),
    source=_rows,
    view_capability="journal.view",
    columns=(
        Column(key="at", label=_("时间"), value="at", kind="moment", main=True),
        Column(key="actor", label=_("人员"), value="actor_name"),
        Column(key="action", label=_("动作"), value="action"),
        Column(key="subject", label=_("对象"), value="subject"),
        Column(key="subject_id", label=_("对象编号"), value="subject_id", kind="int"),
        Column(key="old_state", label=_("原状态"), value="old_state", phone=False),
        Column(key="new_state", label=_("新状态"), value="new_state", phone=False),
        Column(key="detail", label=_("内容"), value=_detail, wide=True),
    ),
    filters=(
        Filter(key="at", label=_("时间"), kind="date_range", apply=_within),
        Filter(key="actor", label=_("人员"), kind="text", apply="actor_name"),
        Filter(key="action", label=_("动作"), kind="text", apply="action"),
    ),
    search=("actor_name", "action", "subject"),
    print=PrintLayout(title=_("操作日志")),
)
