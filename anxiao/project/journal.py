"""The journal as a register, for the audit administrator: read, filter, export, print.

It stands here because the journal itself lies beneath the registers.
"""

from typing import Any

from django.apps import apps
from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.clock import day_bounds
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.registers.declare import (
    Asked,
    Column,
    DateRange,
    Filter,
    PrintLayout,
    Register,
)
from anxiao.loop.duties.models import Duty
from anxiao.project.journal_words import (
    ACTIONS,
    action_word,
    detail_words,
    state_word,
    subject_word,
    subjects,
)

SIGNING_IN = ("sign_in", "sign_out", "sign_in_failed", "code_failed", "lock_out", "end_sessions")
FAILED = ("sign_in_failed", "code_failed", "lock_out")
RIGHTS = (
    *("grant", "end_post", "invite", "accept_invitation", "revoke_invitation", "lock", "unlock"),
    *("issue_token", "revoke_token", "make_reset_link", "reset_second_factor", "rescue"),
    *("change_password", "change_contact", "correct_phone"),
)
CARRIED = ("import", "export")


NAMES = {
    **{"orgs.org": "name", "places.place": "full_name", "places.point": "name"},
    **{"accounts.user": "name", "accounts.membership": "user__name", "accounts.token": "label"},
    **{"accounts.invitation": "name", "messaging.robot": "name", "registers.importbatch": "name"},
    **{"hazards.hazard": "number", "hazards.escalation": "hazard__number"},
    **{"hazards.extension": "hazard__number", "hazards.endrequest": "hazard__number"},
    **{"inspections.inspection": "checklist__title", "inspections.checklist": "title"},
    **{"inspections.round": "name", "duties.plan": "title", "duties.exemption": "duty__title"},
}
"""By kind of object, the field by which people know it."""


def _rows(actor: Actor) -> QuerySet[Entry]:
    named = Org.objects.filter(path=OuterRef("org_path")).values("name")[:1]
    rows = Entry.objects.visible_to(actor).annotate(unit_name=Subquery(named))
    return rows.annotate(duty_code=KT("detail__duty")).annotate(subject_name=_subject_name())


def _subject_name() -> Coalesce:
    """The object's own name, looked up in the same query; empty for what is gone or has none."""
    duty = Duty.objects.filter(code=OuterRef("duty_code")).order_by("-plan_id").values("title")
    cases = [When(subject="duties.evidence", then=Subquery(duty[:1]))]
    for label, field in NAMES.items():
        rows = apps.get_model(label)._default_manager.filter(pk=OuterRef("subject_id"))
        cases.append(When(subject=label, then=Subquery(rows.values(field)[:1])))
    return Coalesce(Case(*cases, output_field=CharField()), Value(""))


def _action(row: Entry, _asked: Asked) -> str:
    return action_word(row.action, row.subject)


def _subject(row: Any, _asked: Asked) -> str:
    return f"{subject_word(row.subject)} {row.subject_name}".strip()


def _moved(row: Entry, _asked: Asked) -> str:
    if not row.new_state:
        return ""
    return f"{state_word(row.subject, row.old_state)} → {state_word(row.subject, row.new_state)}"


def _detail(row: Entry, _asked: Asked) -> str:
    return detail_words(row.detail, row.subject)


def _within(rows: Any, days: DateRange, _asked: Asked) -> Any:
    if days.from_on:
        rows = rows.filter(at__gte=day_bounds(days.from_on)[0])
    if days.until_on:
        rows = rows.filter(at__lt=day_bounds(days.until_on)[1])
    return rows


def _numbered(rows: Any, number: str, _asked: Asked) -> Any:
    return rows.filter(subject_id=int(number)) if _is_key(number) else rows.none()


def _is_key(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < len(str(2**63))


def _one_of(*actions: str) -> Any:
    return lambda rows, _value, _asked: rows.filter(action__in=actions)


def _same_object(row: Entry) -> str:
    """Everything about the object of a line: its history."""
    key = f"&number={row.subject_id}" if row.subject_id else ""
    return f"{reverse('registers:journal')}?subject={row.subject}{key}"


JOURNAL = Register(
    slug="journal",
    title=_("操作日志"),
    noun=_("条日志"),
    source=_rows,
    view_capability="journal.view",
    columns=(
        Column(key="at", label=_("时间"), value="at", kind="moment", main=True),
        Column(key="actor", label=_("人员"), value="actor_name"),
        Column(key="unit", label=_("单位"), value="unit_name", phone=False, width=22),
        Column(key="action", label=_("动作"), value=_action),
        Column(key="subject", label=_("对象"), value=_subject, width=20),
        Column(key="moved", label=_("状态变化"), value=_moved, width=20),
        Column(key="detail", label=_("内容"), value=_detail, wide=True),
    ),
    filters=(
        Filter(key="in", label=_("登录"), kind="preset", apply=_one_of(*SIGNING_IN), chip=True),
        Filter(
            key="failed",
            label=_("登录失败"),
            kind="preset",
            apply=_one_of(*FAILED),
            chip=True,
            tone="late",
        ),
        Filter(key="rights", label=_("授权"), kind="preset", apply=_one_of(*RIGHTS), chip=True),
        Filter(
            key="carried", label=_("导入导出"), kind="preset", apply=_one_of(*CARRIED), chip=True
        ),
        Filter(key="at", label=_("时间"), kind="date_range", apply=_within),
        Filter(key="actor", label=_("人员"), kind="text", apply="actor_name"),
        Filter(
            key="action",
            label=_("动作"),
            kind="choice",
            choices=list(ACTIONS.items()),
            apply="action",
        ),
        Filter(
            key="subject",
            label=_("对象"),
            kind="choice",
            choices=lambda _asked: subjects(),
            apply="subject",
        ),
        Filter(key="number", label=_("对象编号"), kind="text", apply=_numbered),
    ),
    search=("actor_name",),
    detail_url=_same_object,
    print=PrintLayout(title=_("操作日志")),
)
