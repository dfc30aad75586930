"""Drafts edited piece by piece on the web."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.catalog import ClauseData, DutyData, Fault, HeadData, duty_faults
from anxiao.loop.duties.catalog.data import Located
from anxiao.loop.duties.catalog.fields import CLAUSE, HEAD, read
from anxiao.loop.duties.models import Clause, Duty, Plan
from anxiao.loop.duties.services.plans import next_position, require_draft, write_kinds


@transaction.atomic
def new_draft(
    issuer: Org, data: HeadData, kinds: dict[str, str], *, actor: Actor, at: datetime
) -> Plan:
    """Begin a plan of ``issuer`` from nothing; its clauses follow one by one."""
    require(actor, "duties.plan", issuer.path)
    _check_head(data)
    if Plan.objects.filter(issuer=issuer, code=data.code).exists():
        raise Invalid(
            fields={"code": _("已有这个代码的方案，请改成不同的，或在原方案上复制新版本。")}
        )
    plan = Plan(issuer=issuer, version=1)
    _fill_head(plan, data, kinds)
    plan.save()
    _note("create", plan, {"head": data.title}, actor, at)
    return plan


def _check_head(data: HeadData) -> None:
    _refuse(read(Located(asdict(data), 0), HEAD)[1])
    if data.to_on <= data.from_on:
        raise Invalid(fields={"to_on": _("截止日期应晚于起始日期，请修改。")})


def _fill_head(plan: Plan, data: HeadData, kinds: dict[str, str]) -> None:
    plan.code, plan.title, plan.number = data.code, data.title, data.number
    plan.issuer_name, plan.from_on, plan.to_on = data.issuer, data.from_on, data.to_on
    plan.evidence_labels = dict(kinds)


@transaction.atomic
def save_head(
    plan: Plan, data: HeadData, kinds: dict[str, str], *, actor: Actor, at: datetime
) -> Plan:
    """Change what stands above the clauses of a draft. The code of a second version stays."""
    require_draft(plan, actor)
    _check_head(data)
    used = {kind for duty in plan.duties.all() for kind in duty.evidence}
    if gone := sorted(used - set(kinds)):
        message = _("佐证种类“%(kind)s”还有职责在用，不能删去。") % {"kind": gone[0]}
        raise Invalid(message, {"evidence_labels": message})
    if plan.version > 1 and data.code != plan.code:
        raise Invalid(fields={"code": _("新版本沿用原方案代码，不能修改。")})
    _fill_head(plan, data, kinds)
    plan.save()
    _note("edit", plan, {"head": data.title}, actor, at)
    return plan


@transaction.atomic
def save_clause(
    plan: Plan, clause: Clause | None, data: ClauseData, *, actor: Actor, at: datetime
) -> Clause:
    """Add a clause to a draft (``clause`` None: at the end) or change it; its duties stay."""
    require_draft(plan, actor)
    values = {name: getattr(data, name) for name in CLAUSE}
    _refuse(read(Located(values, 0), CLAUSE)[1])
    same = plan.clauses.filter(code=data.code)
    if (same.exclude(pk=clause.pk) if clause else same).exists():
        raise Invalid(fields={"code": _("条款号已被使用，请改成不同的。")})
    row = clause or Clause(plan=plan, position=next_position(plan))
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    _note("edit", plan, {"clause": data.code}, actor, at)
    return row


@transaction.atomic
def save_duty(
    clause: Clause, duty: Duty | None, data: DutyData, *, actor: Actor, at: datetime
) -> Duty:
    """Add a duty to a clause of a draft or change it."""
    plan = clause.plan
    require_draft(plan, actor)
    values = {**asdict(data), "evidence": list(data.evidence)}
    _refuse(duty_faults(values, frozenset(plan.evidence_labels)))
    same = plan.duties.filter(code=data.code)
    if (same.exclude(pk=duty.pk) if duty else same).exists():
        raise Invalid(fields={"code": _("职责号已被使用，请改成不同的。")})
    row = duty or Duty(plan=plan, clause=clause)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    row.evidence_kinds.all().delete()
    write_kinds([row])
    _note("edit", plan, {"duty": data.code}, actor, at)
    return row


@transaction.atomic
def remove_clause(clause: Clause, *, actor: Actor, at: datetime) -> None:
    """Take a clause with its duties out of a draft."""
    require_draft(clause.plan, actor)
    _note("edit", clause.plan, {"removed_clause": clause.code}, actor, at)
    clause.delete()


@transaction.atomic
def remove_duty(duty: Duty, *, actor: Actor, at: datetime) -> None:
    """Take a duty out of a draft."""
    require_draft(duty.plan, actor)
    _note("edit", duty.plan, {"removed_duty": duty.code}, actor, at)
    duty.delete()


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults[0].message, {fault.key or "": fault.message for fault in faults})


def _note(action: str, plan: Plan, detail: dict[str, str], actor: Actor, at: datetime) -> None:
    record(action, plan, actor=actor, at=at, org_path=plan.issuer.path, detail=detail)
