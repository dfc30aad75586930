"""What one person asks and another decides: extensions (延期), voids (作废) and merges (合并)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.services import STALE, move, record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Invalid, StaleState
from anxiao.foundation.messaging.states import MessageKind
from anxiao.loop.hazards.models import EndRequest, Extension, Hazard
from anxiao.loop.hazards.rules import decides
from anxiao.loop.hazards.rules.demands import extension_faults
from anxiao.loop.hazards.rules.steps import NO_DEADLINE, NOT_YOUR_OWN, WAITING
from anxiao.loop.hazards.services.holding import (
    change,
    demand,
    expect,
    hold,
    permit,
    take,
    withdraw_requests,
)
from anxiao.loop.hazards.services.telling import named, settle_tasks, spoken, tell, tell_verifiers
from anxiao.loop.hazards.states import (
    HAZARD_FLOW,
    LIVE_STATES,
    REQUEST_FLOW,
    EndKind,
    HazardState,
    RequestState,
)


@transaction.atomic
def request_extension(
    hazard: Hazard, *, new_due_on: date | None, reason: str, actor: Actor, at: datetime
) -> Extension:
    """Ask for a later deadline; the level that verifies decides."""
    hold(hazard)
    expect(hazard, HazardState.ASSIGNED)
    permit("request_extension", hazard, actor, responsible_may=True)
    if hazard.due_on is None:
        raise Invalid(NO_DEADLINE)
    why = demand(reason, "reason", _("请写明延期理由。"))
    until = _later(new_due_on, hazard.due_on, business_day(at))
    if Extension.objects.filter(hazard=hazard, state=RequestState.REQUESTED).exists():
        raise Conflict(WAITING)
    extension = Extension.objects.create(
        hazard=hazard,
        old_due_on=hazard.due_on,
        new_due_on=until,
        reason=why,
        requested_by_id=actor.user_id,
        requested_at=at,
    )
    said = {"reason": why, "new_due_on": str(until)}
    _record("request_extension", hazard, said, actor=actor, at=at)
    text = _("申请延期至 %(due)s：%(hazard)s") % {"due": spoken(until), "hazard": named(hazard)}
    tell_verifiers(text, hazard, actor=actor, at=at, request=extension)
    return extension


@transaction.atomic
def decide_extension(
    extension: Extension, *, approve: bool, answer: str, actor: Actor, at: datetime
) -> None:
    """Grant or refuse an extension: the verifying level, never who asked for it."""
    hazard: Hazard = extension.hazard
    hold(hazard)
    expect(hazard, HazardState.ASSIGNED)
    permit("decide_extension", hazard, actor)
    _by_second_person(actor, extension)
    told = answer.strip() if approve else demand(answer, "answer", _("请写明不同意的理由。"))
    _decide(extension, approve, told, actor=actor, at=at)
    if approve:
        if hazard.due_on != extension.old_due_on:
            raise StaleState(STALE)
        change(hazard, due_on=extension.new_due_on)
    said = {"approved": approve, "answer": told, "due_on": str(hazard.due_on)}
    _record("decide_extension", hazard, said, actor=actor, at=at)
    text = _("延期申请%(answer)s：%(hazard)s，期限 %(due)s") % {
        "answer": _("已同意") if approve else _("未同意"),
        "hazard": named(hazard),
        "due": spoken(hazard.due_on),
    }
    people = [extension.requested_by_id, hazard.responsible_id]
    tell(people, text, hazard, actor=actor, at=at, kind=MessageKind.ANSWER)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a hazard is to leave the ledger without rectification.

    ``into`` is the hazard it repeats, for a merge.
    """

    kind: str
    reason: str
    into: Hazard | None = None


@transaction.atomic
def request_end(hazard: Hazard, ending: Ending, *, actor: Actor, at: datetime) -> EndRequest:
    """Ask to void a hazard or to merge it into another of the same unit."""
    hold(hazard)
    expect(hazard, *HAZARD_FLOW["void"].sources)
    permit("request_end", hazard, actor)
    why = demand(ending.reason, "reason", _("请写明理由。"))
    if ending.kind not in EndKind.values:
        raise Invalid(_("请选择作废或合并。"), {"kind": _("请选择作废或合并。")})
    into = _target(hazard, ending)
    if EndRequest.objects.filter(hazard=hazard, state=RequestState.REQUESTED).exists():
        raise Conflict(WAITING)
    request = EndRequest.objects.create(
        hazard=hazard,
        kind=ending.kind,
        into=into,
        reason=why,
        requested_by_id=actor.user_id,
        requested_at=at,
    )
    said = {"kind": ending.kind, "reason": why, **({"into": into.number} if into else {})}
    _record("request_end", hazard, said, actor=actor, at=at)
    text = _("申请%(kind)s：%(hazard)s") % {
        "kind": EndKind(ending.kind).label,
        "hazard": named(hazard),
    }
    tell_verifiers(text, hazard, actor=actor, at=at, request=request)
    return request


@transaction.atomic
def decide_end(
    request: EndRequest, *, approve: bool, answer: str, actor: Actor, at: datetime
) -> None:
    """Decide on a void or merge: a second person, at the level that verifies the hazard.

    A merge needs its target still alive in the ledger.
    """
    hazard: Hazard = request.hazard
    hold(hazard)
    expect(hazard, *HAZARD_FLOW["void"].sources)
    permit("decide_end", hazard, actor)
    _by_second_person(actor, request)
    told = answer.strip() if approve else demand(answer, "answer", _("请写明不同意的理由。"))
    _decide(request, approve, told, actor=actor, at=at)
    if approve:
        _end(hazard, request, told, actor=actor, at=at)
    else:
        said = {"approved": False, "kind": request.kind, "answer": told}
        _record("decide_end", hazard, said, actor=actor, at=at)
    text = _("%(kind)s申请%(answer)s：%(hazard)s") % {
        "kind": EndKind(request.kind).label,
        "answer": _("已同意") if approve else _("未同意"),
        "hazard": named(hazard),
    }
    people = [request.requested_by_id, hazard.responsible_id]
    tell(people, text, hazard, actor=actor, at=at, kind=MessageKind.ANSWER)


def _end(hazard: Hazard, request: EndRequest, told: str, *, actor: Actor, at: datetime) -> None:
    into = request.into
    changes: dict[str, Any] = {"ended_at": at}
    if into is not None:
        into.refresh_from_db(from_queryset=Hazard.objects.select_for_update(no_key=True))
        if into.state not in LIVE_STATES:
            raise Conflict(_("要并入的隐患已不在账上，请退回申请后另选。"))
        changes["merged_into_id"] = into.pk
    said = {
        "reason": request.reason,
        "answer": told,
        "requested_by": request.requested_by_id,
        **({"into": into.number} if into else {}),
    }
    step = HAZARD_FLOW["merge" if into else "void"]
    take(step, hazard, actor=actor, at=at, said=said, changes=changes)
    withdraw_requests(hazard, actor=actor, at=at)


def _target(hazard: Hazard, ending: Ending) -> Hazard | None:
    if ending.kind == EndKind.VOID:
        return None
    into = ending.into
    if into is None or into.pk == hazard.pk:
        message = _("请选择要并入的隐患。")
        raise Invalid(message, {"into": message})
    if into.org_id != hazard.org_id or into.state not in LIVE_STATES:
        message = _("只能并入同一单位仍在账上的隐患，请重新选择。")
        raise Invalid(message, {"into": message})
    return into


def _later(new: date | None, old: date, day: date) -> date:
    faults = extension_faults(new, old, day)
    if new is None or faults:
        raise Invalid(next(iter(faults.values())), faults)
    return new


def _by_second_person(actor: Actor, request: Extension | EndRequest) -> None:
    if not decides(actor.user_id, request.requested_by_id):
        raise Invalid(NOT_YOUR_OWN)


def _decide(
    request: Extension | EndRequest, approve: bool, answer: str, *, actor: Actor, at: datetime
) -> None:
    move(
        request,
        REQUEST_FLOW["approve" if approve else "refuse"],
        actor=actor,
        at=at,
        org_path=request.hazard.org.path,
        answer=answer,
        decided_by_id=actor.user_id,
        decided_at=at,
    )
    settle_tasks(request, at=at)


def _record(
    action: str, hazard: Hazard, said: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    record(action, hazard, actor=actor, at=at, org_path=hazard.org.path, detail=said)
