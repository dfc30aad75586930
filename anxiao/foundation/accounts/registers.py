"""The ledger of people and posts (人员岗位台账) as a register."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.queries import current
from anxiao.foundation.accounts.rules import masked_phone
from anxiao.foundation.registers.declare import Asked, Column, Filter, PrintLayout, Register


def _rows(actor: Actor) -> QuerySet[Membership]:
    return Membership.objects.visible_to(actor).select_related("user", "org", "org__parent")


def _role(row: Membership, _asked: Asked) -> str:
    return str(ROLE_LABELS[row.role])


def _phone(row: Membership, _asked: Asked) -> str:
    return masked_phone(row.user.phone)


def _in_force(rows: Any, value: bool, asked: Asked) -> Any:
    return rows.filter(current(asked.day)) if value else rows.exclude(current(asked.day))


def _ending(rows: Any, _value: bool, asked: Asked) -> Any:
    return rows.filter(current(asked.day), until_on__isnull=False)


def _locked(rows: Any, _value: bool, _asked: Asked) -> Any:
    return rows.filter(Q(user__is_active=False))


PEOPLE = Register(
    slug="people",
    title=_("人员岗位台账"),
    noun=_("个任职"),
    source=_rows,
    view_capability="people.view",
    columns=(
        Column(
            key="name", label=_("姓名"), value="user.name", whole=True, sort="user__name", main=True
        ),
        Column(key="org", label=_("单位"), value="org.name", sort="org__name", width=24),
        Column(key="role", label=_("岗位"), value=_role),
        Column(key="title", label=_("职务"), value="title", phone=False),
        Column(key="phone", label=_("手机号"), value=_phone, whole=True, phone=False),
        Column(
            key="from_on",
            label=_("任职开始"),
            value="from_on",
            kind="date",
            sort="from_on",
            phone=False,
        ),
        Column(key="until_on", label=_("任职结束"), value="until_on", kind="date"),
        Column(key="ended_at", label=_("免去时间"), value="ended_at", kind="moment", listed=False),
    ),
    filters=(
        Filter(key="in_force", label=_("在任"), kind="bool", apply=_in_force, chip=True),
        Filter(key="ending", label=_("有任期的"), kind="preset", apply=_ending, chip=True),
        Filter(
            key="locked",
            label=_("账号已锁定"),
            kind="preset",
            apply=_locked,
            chip=True,
            tone="late",
        ),
        Filter(
            key="role",
            label=_("岗位"),
            kind="choice",
            choices=[(str(role), label) for role, label in ROLE_LABELS.items()],
            apply="role",
        ),
    ),
    search=("user__name", "user__username", "org__name", "title"),
    order="-id",
    alert="locked",
    detail_url=lambda row: reverse("accounts:people", args=[row.org_id]),
    print=PrintLayout(title=_("人员岗位台账")),
    empty_text=_("在单位的“人员和岗位”页邀请人员。"),
)
