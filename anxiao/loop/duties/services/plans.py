"""Plans: drawn up, imported, published, replaced, retired."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.access.scoping import within
from anxiao.foundation.journal.services import move, record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.catalog import (
    ClauseData,
    PlanData,
    differences,
    parse_toml,
    parse_workbook,
    plan_faults,
)
from anxiao.loop.duties.models import Binding, Clause, Duty, DutyEvidence, Plan
from anxiao.loop.duties.queries.plans import newest_version, plan_data, published_version
from anxiao.loop.duties.services.binding import bind_plan
from anxiao.loop.duties.services.cells import close_cells
from anxiao.loop.duties.services.locks import lock_units
from anxiao.loop.duties.services.versions import keep_due_days
from anxiao.loop.duties.states import PLAN_FLOW, PlanState


def import_plan(toml_text: str, issuer: Org, *, actor: Actor, at: datetime) -> Plan:
    """Take a plan in from TOML as a draft of ``issuer``; see ``take_in``.

    Raises ``Invalid`` with every fault and its line.
    """
    require(actor, "duties.plan", issuer.path)
    return take_in(parse_toml(toml_text), issuer, actor=actor, at=at)


def import_workbook(content: bytes, issuer: Org, *, actor: Actor, at: datetime) -> Plan:
    """Take a plan in from Excel as a draft of ``issuer``; ``Invalid`` names sheet and row."""
    require(actor, "duties.plan", issuer.path)
    return take_in(parse_workbook(content), issuer, actor=actor, at=at)


@transaction.atomic
def take_in(data: PlanData, issuer: Org, *, actor: Actor, at: datetime) -> Plan:
    """The plan ``data`` as a draft of ``issuer``.

    If the newest version of its code or the one in force says the same, that one is returned
    unchanged; a draft of that code is replaced; otherwise a new version is made.
    """
    require(actor, "duties.plan", issuer.path)
    newest = newest_version(data.head.code, issuer.pk)
    if newest is not None:
        for said in filter(None, (newest, published_version(newest))):
            if not differences(plan_data(said), data):
                return said
        if newest.state == PlanState.DRAFT:
            newest.clauses.all().delete()
            _write_head(newest, data)
            newest.save()
            _write_clauses(newest, data.clauses)
            return _noted("import", newest, data, actor, at)
    plan = Plan(issuer=issuer, code=data.head.code, version=newest.version + 1 if newest else 1)
    _write_head(plan, data)
    plan.save()
    _write_clauses(plan, data.clauses)
    return _noted("import", plan, data, actor, at)


def _noted(action: str, plan: Plan, data: PlanData, actor: Actor, at: datetime) -> Plan:
    detail = {
        "code": plan.code,
        "version": plan.version,
        "clauses": len(data.clauses),
        "duties": len(data.duties),
    }
    record(action, plan, actor=actor, at=at, org_path=plan.issuer.path, detail=detail)
    return plan


@transaction.atomic
def copy_plan(plan: Plan, *, actor: Actor, at: datetime) -> Plan:
    """A new draft version that says what ``plan`` says; ``Conflict`` if a draft is open."""
    require(actor, "duties.plan", plan.issuer.path)
    newest = newest_version(plan.code, plan.issuer_id)
    if newest is not None and newest.state == PlanState.DRAFT:
        raise Conflict(
            _("这个方案已有一份草稿（第%(n)d版），请直接修改草稿。") % {"n": newest.version}
        )
    data = plan_data(plan)
    version = (newest.version if newest else plan.version) + 1
    copy = Plan(issuer=plan.issuer, code=plan.code, version=version)
    _write_head(copy, data)
    copy.save()
    _write_clauses(copy, data.clauses)
    return _noted("copy", copy, data, actor, at)


@transaction.atomic
def publish_plan(plan: Plan, *, actor: Actor, at: datetime) -> Plan:
    """Publish a draft: bind the units below its issuer and open today's cells, all at once.

    A published version of the same code is retired at the same moment; its tallies are kept.
    Raises ``Forbidden``, ``Invalid`` (incomplete draft, or a successor that begins later than
    today), ``StaleState`` when it is no draft any more.
    """
    require(actor, "duties.plan", plan.issuer.path)
    data = plan_data(plan)
    faults = plan_faults(data)
    if faults:
        fields = {str(number): fault for number, fault in enumerate(faults, 1)}
        raise Invalid(_("方案还不完整：%(first)s") % {"first": faults[0]}, fields)
    today = business_day(at)
    if plan.to_on < today:
        raise Invalid(_("方案的截止日期已过，请修改截止日期后再发布。"))
    older = list(
        Plan.objects.filter(issuer=plan.issuer_id, code=plan.code, state=PlanState.PUBLISHED)
    )
    if older and plan.from_on > today:
        raise Invalid(
            _("新版本自%(month)d月%(day)d日起执行，现行版本会在发布时停用；请在当日或之后发布。")
            % {"month": plan.from_on.month, "day": plan.from_on.day}
        )
    detail = {"code": plan.code, "version": plan.version, "duties": len(data.duties)}
    move(
        plan,
        PLAN_FLOW["publish"],
        actor=actor,
        at=at,
        org_path=plan.issuer.path,
        detail=detail,
        published_at=at,
    )
    for former in older:
        retire_plan(former, actor=actor, at=at)
    bind_plan(plan, at)
    if older:
        keep_due_days(older, plan)
    return plan


@transaction.atomic
def retire_plan(plan: Plan, *, actor: Actor, at: datetime) -> Plan:
    """End a published plan: what still runs is no longer owed; its past stays."""
    require(actor, "duties.plan", plan.issuer.path)
    lock_units(Org.objects.filter(within([plan.issuer.path])))
    move(
        plan,
        PLAN_FLOW["retire"],
        actor=actor,
        at=at,
        org_path=plan.issuer.path,
        detail={"code": plan.code, "version": plan.version},
        retired_at=at,
    )
    today = business_day(at)
    bindings = Binding.objects.filter(duty__plan=plan, until_on__isnull=True)
    counties = sorted(set(bindings.order_by().values_list("county_id", flat=True)))
    bindings.update(until_on=max(today, plan.from_on))
    for county_id in counties:
        close_cells(plan.pk, county_id, today)
    return plan


@transaction.atomic
def delete_draft(plan: Plan, *, actor: Actor, at: datetime) -> None:
    """Remove a draft; ``Conflict`` for anything that was ever published."""
    require_draft(plan, actor)
    detail = {"code": plan.code, "version": plan.version}
    record("delete", plan, actor=actor, at=at, org_path=plan.issuer.path, detail=detail)
    plan.delete()


def require_draft(plan: Plan, actor: Actor) -> None:
    """Raise unless ``actor`` may draw up plans here and ``plan`` is still a draft."""
    require(actor, "duties.plan", plan.issuer.path)
    if not Plan.objects.filter(pk=plan.pk, state=PlanState.DRAFT).exists():
        raise Conflict(_("方案已经发布，不能再修改；请复制为新版本后修改。"))


def _write_head(plan: Plan, data: PlanData) -> None:
    head = data.head
    plan.title, plan.number, plan.issuer_name = head.title, head.number, head.issuer
    plan.from_on, plan.to_on = head.from_on, head.to_on
    plan.evidence_labels = dict(data.evidence_kinds)


def _write_clauses(plan: Plan, clauses: Iterable[ClauseData]) -> None:
    wanted = list(clauses)
    made = Clause.objects.bulk_create(
        [
            Clause(plan=plan, position=position, **_without(asdict(each), "duties"))
            for position, each in enumerate(wanted, 1)
        ]
    )
    duties = Duty.objects.bulk_create(
        [
            Duty(plan=plan, clause=clause, **_duty_row(asdict(duty)))
            for clause, each in zip(made, wanted, strict=True)
            for duty in each.duties
        ]
    )
    write_kinds(duties)


def write_kinds(duties: Iterable[Duty]) -> None:
    """The evidence kinds of ``duties`` as rows."""
    DutyEvidence.objects.bulk_create(
        [DutyEvidence(duty=duty, kind=kind) for duty in duties for kind in duty.evidence]
    )


def next_position(plan: Plan) -> int:
    """Where the next clause stands."""
    return int(plan.clauses.aggregate(last=Max("position"))["last"] or 0) + 1


def _duty_row(values: dict[str, object]) -> dict[str, object]:
    return {**values, "evidence": list(values["evidence"])}  # type: ignore[call-overload]


def _without(values: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in values.items() if key != name}
