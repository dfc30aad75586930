"""Beyond the unit's means: said so, reported up, and answered within working days (三.4.b, f)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.services import move, record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.messaging.states import MessageKind
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.loop.hazards.models import Escalation, Hazard
from anxiao.loop.hazards.rules import answer_due_on, resumed_due_on, stopped_for
from anxiao.loop.hazards.rules.steps import NO_LEVEL_ABOVE
from anxiao.loop.hazards.services.holding import (
    change,
    demand,
    expect,
    hold,
    permit,
    step_of,
    take,
    withdraw_requests,
)
from anxiao.loop.hazards.services.telling import named, spoken, tell, tell_level
from anxiao.loop.hazards.states import (
    REQUEST_FLOW,
    HazardState,
    RequestState,
)


@transaction.atomic
def mark_beyond_means(hazard: Hazard, *, reason: str, actor: Actor, at: datetime) -> None:
    """Say that the unit cannot rectify it itself (认定无力整改); it is then to be reported up.

    Marked and not reported up in time is what 三.4.f asks about.
    """
    hold(hazard)
    expect(hazard, HazardState.OPEN, HazardState.ASSIGNED)
    permit("beyond_means", hazard, actor)
    why = demand(reason, "reason", _("请写明无力整改的理由。"))
    if hazard.beyond_means_at is not None:
        raise Invalid(_("已经认定无力整改，请上报。"))
    change(hazard, beyond_means_at=at)
    path = hazard.org.path
    record("beyond_means", hazard, actor=actor, at=at, org_path=path, detail={"reason": why})
    text = _("本单位无力整改，请上报：%(hazard)s") % {"hazard": named(hazard)}
    tell_level("hazards.report_up", hazard.org_id, text, hazard, actor=actor, at=at)


@transaction.atomic
def report_up_hazard(
    hazard: Hazard, *, reason: str, interim_measure: str, actor: Actor, at: datetime
) -> Escalation:
    """Report a hazard up (上报) to the level above, with what keeps people safe meanwhile.

    A level that has accepted a hazard reports it further up. The unit's clock goes on until the
    upper level accepts; the answer is due in working days (``rules.ANSWER_DAYS``).
    """
    hold(hazard)
    step = step_of("report_up", hazard)
    permit("report_up", hazard, actor)
    why = demand(reason, "reason", _("请写明无力整改的理由。"))
    interim = demand(interim_measure, "interim_measure", _("请填写上报期间的临时防范措施。"))
    from_org = hazard.upper_org if hazard.state == HazardState.ACCEPTED else hazard.org
    to_org = from_org.parent if from_org else None
    if to_org is None:
        raise Invalid(NO_LEVEL_ABOVE)
    withdraw_requests(hazard, actor=actor, at=at)
    is_workday = calendar_for(hazard.org).workdays.is_workday
    escalation = Escalation.objects.create(
        hazard=hazard,
        to_org=to_org,
        reason=why,
        reported_by_id=actor.user_id,
        reported_at=at,
        answer_due_on=answer_due_on(business_day(at), is_workday),
    )
    changes = {
        "interim_measure": interim,
        "interim_until": max(hazard.due_on or business_day(at), escalation.answer_due_on),
        "beyond_means_at": hazard.beyond_means_at or at,
    }
    said = {"reason": why, "to": to_org.name, "answer_due_on": str(escalation.answer_due_on)}
    take(step, hazard, actor=actor, at=at, said=said, changes=changes)
    text = _("请答复上报：%(hazard)s，应于 %(due)s 前答复") % {
        "hazard": named(hazard),
        "due": spoken(escalation.answer_due_on),
    }
    tell_level("hazards.answer", to_org.pk, text, hazard, actor=actor, at=at)
    return escalation


@transaction.atomic
def accept_up_hazard(hazard: Hazard, *, answer: str, actor: Actor, at: datetime) -> None:
    """Take a reported hazard over (受理): from today the unit's clock stands still."""
    hold(hazard)
    step = step_of("accept_up", hazard)
    permit("accept_up", hazard, actor)
    escalation = _waiting(hazard)
    text = demand(answer, "answer", _("请写明受理意见和下一步安排。"))
    changes = {
        "upper_org_id": escalation.to_org_id,
        "clock_stopped_on": hazard.clock_stopped_on or business_day(at),
    }
    said = {"answer": text, "by": escalation.to_org.name}
    take(step, hazard, actor=actor, at=at, said=said, changes=changes)
    hazard.upper_org = escalation.to_org
    _answer(escalation, "approve", text, actor=actor, at=at)
    told = _("上级已受理：%(hazard)s。%(answer)s") % {"hazard": named(hazard), "answer": text}
    _tell_unit(escalation, told, actor=actor, at=at)
    text = _("请指派整改：%(hazard)s") % {"hazard": named(hazard)}
    tell_level("hazards.assign", escalation.to_org_id, text, hazard, actor=actor, at=at)


@transaction.atomic
def send_back_hazard(hazard: Hazard, *, answer: str, actor: Actor, at: datetime) -> None:
    """Send a reported hazard back (退回上报) with what the unit is to do; it is open again.

    If the clock stood still meanwhile, the deadline moves by those days.
    """
    hold(hazard)
    step = step_of("send_back", hazard)
    permit("send_back", hazard, actor)
    escalation = _waiting(hazard)
    text = demand(answer, "answer", _("请写明退回的理由和要求。"))
    day = business_day(at)
    changes = {
        "beyond_means_at": None,
        "upper_org_id": None,
        "due_on": resumed_due_on(hazard.due_on, hazard.clock_stopped_on, day),
        "stopped_days": hazard.stopped_days + stopped_for(hazard.clock_stopped_on, day),
        "clock_stopped_on": None,
    }
    take(step, hazard, actor=actor, at=at, said={"answer": text}, changes=changes)
    _answer(escalation, "refuse", text, actor=actor, at=at)
    told = _("上报被退回：%(hazard)s。%(answer)s") % {"hazard": named(hazard), "answer": text}
    _tell_unit(escalation, told, actor=actor, at=at)


def _waiting(hazard: Hazard) -> Escalation:
    rows = Escalation.objects.filter(hazard=hazard, state=RequestState.REQUESTED)
    return rows.select_related("to_org").get()


def _answer(escalation: Escalation, step: str, answer: str, *, actor: Actor, at: datetime) -> None:
    move(
        escalation,
        REQUEST_FLOW[step],
        actor=actor,
        at=at,
        org_path=escalation.hazard.org.path,
        answer=answer,
        answered_by_id=actor.user_id,
        answered_at=at,
    )


def _tell_unit(escalation: Escalation, text: str, *, actor: Actor, at: datetime) -> None:
    hazard: Hazard = escalation.hazard
    people = [escalation.reported_by_id, hazard.responsible_id]
    tell(people, text, hazard, actor=actor, at=at, kind=MessageKind.ANSWER)
