"""Assigning (指派) with the five commitments (五落实), giving it to another person, and what keeps
people safe meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.messaging.states import MessageKind
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries.people import assignable_people
from anxiao.loop.hazards.rules import (
    NO_CONTINGENCY,
    commitment_faults,
    interim_until,
    stopped_for,
)
from anxiao.loop.hazards.rules.demands import Said, interim_faults
from anxiao.loop.hazards.services.holding import (
    change,
    demand,
    expect,
    hold,
    permit,
    refuse,
    step_of,
    take,
)
from anxiao.loop.hazards.services.telling import named, settle_tasks, spoken, tell
from anxiao.loop.hazards.states import LIVE_STATES, HazardState


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitments:
    """The five commitments, and the interim measure.

    Give ``responsible_id`` for a person of the unit (the name follows from it), or
    ``responsible_name`` for anybody else. ``funds`` are yuan and may be 0, but must be said.
    ``contingency`` may be left blank for an ordinary hazard: 无需 is kept. The interim measure
    holds until ``interim_until``, else until the deadline.
    """

    responsible_unit: str
    measure: str
    funds: Decimal | None
    due_on: date | None
    responsible_id: int | None = None
    responsible_name: str = ""
    contingency: str = ""
    interim_measure: str = ""
    interim_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Who rectifies from now on: a person of the unit by id, or anybody else by name."""

    responsible_unit: str
    responsible_id: int | None = None
    responsible_name: str = ""


@transaction.atomic
def assign_hazard(hazard: Hazard, commitments: Commitments, *, actor: Actor, at: datetime) -> None:
    """Assign an open hazard, or one that the upper level has accepted (then that level assigns).

    A clock that stood still runs again, with the deadline given now. Raises ``Forbidden``,
    ``StaleState``, or ``Invalid`` whose fields name each commitment that is missing.
    """
    hold(hazard)
    step = step_of("assign", hazard)
    permit("assign", hazard, actor)
    day = business_day(at)
    said = _said(hazard, commitments, day)
    refuse(commitment_faults(said, hazard.level, day))
    changes: dict[str, Any] = {
        "responsible_unit": said.responsible_unit,
        "responsible_id": commitments.responsible_id,
        "responsible_name": said.responsible_name,
        "measure": said.measure,
        "funds": said.funds,
        "due_on": said.due_on,
        "contingency": said.contingency or NO_CONTINGENCY,
        "interim_measure": said.interim_measure or hazard.interim_measure,
        "interim_until": interim_until(
            said.interim_measure or hazard.interim_measure, said.interim_until, said.due_on
        ),
        "assigned_at": at,
        "assigned_by_id": actor.user_id,
        "stopped_days": hazard.stopped_days + stopped_for(hazard.clock_stopped_on, day),
        "clock_stopped_on": None,
    }
    told = {
        "responsible": said.responsible_name,
        "due_on": str(said.due_on),
        "funds": str(said.funds),
    }
    take(step, hazard, actor=actor, at=at, said=told, changes=changes)
    text = _("请整改：%(hazard)s，期限 %(due)s") % {
        "hazard": named(hazard),
        "due": spoken(said.due_on),
    }
    tell([commitments.responsible_id], text, hazard, actor=actor, at=at)


@transaction.atomic
def reassign_hazard(
    hazard: Hazard, responsible: Responsible, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Give a hazard under way to another person (改派): the first one has left or cannot do it.

    Measure, funds and deadline stay; a new deadline is an extension.
    """
    hold(hazard, "responsible_id", "responsible_name")
    expect(hazard, HazardState.ASSIGNED)
    permit("reassign", hazard, actor)
    name = _name_of(hazard, responsible, business_day(at))
    unit = demand(responsible.responsible_unit, "responsible_unit", _("请填写整改责任单位。"))
    if not name:
        message = _("请选择或填写责任人。")
        raise Invalid(message, {"responsible_name": message})
    why = demand(reason, "reason", _("请写明改派的理由。"))
    before, before_name = hazard.responsible_id, hazard.responsible_name
    if (responsible.responsible_id, name, unit) == (before, before_name, hazard.responsible_unit):
        message = _("责任人没有变化，请重新选择。")
        raise Invalid(message, {"responsible_id": message})
    change(
        hazard,
        responsible_id=responsible.responsible_id,
        responsible_name=name,
        responsible_unit=unit,
    )
    said = {"responsible": name, "before": before_name, "reason": why}
    settle_tasks(hazard, at=at)
    record("reassign", hazard, actor=actor, at=at, org_path=hazard.org.path, detail=said)
    told = {"hazard": named(hazard), "due": spoken(hazard.due_on)}
    text = _("请整改：%(hazard)s，期限 %(due)s") % told
    tell([responsible.responsible_id], text, hazard, actor=actor, at=at)
    text = _("已改派他人整改：%(hazard)s") % told
    kind = MessageKind.NOTICE
    if before != responsible.responsible_id:
        tell([before], text, hazard, actor=actor, at=at, kind=kind)


@transaction.atomic
def renew_interim_hazard(
    hazard: Hazard,
    *,
    interim_measure: str,
    interim_until: date | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say what keeps people safe until when (落实临时措施): for the first time, or anew."""
    hold(hazard, "interim_measure", "interim_until")
    expect(hazard, *LIVE_STATES)
    permit("renew_interim", hazard, actor)
    measure = demand(interim_measure, "interim_measure", _("请填写临时防范措施。"))
    if interim_until is None:
        message = _("请填写有效期。")
        raise Invalid(message, {"interim_until": message})
    refuse(dict(interim_faults(interim_until, business_day(at))))
    change(hazard, interim_measure=measure, interim_until=interim_until)
    said = {"interim_measure": measure, "interim_until": str(interim_until)}
    record("renew_interim", hazard, actor=actor, at=at, org_path=hazard.org.path, detail=said)


def _said(hazard: Hazard, given: Commitments, day: date) -> Said:
    name = _name_of(hazard, given, day)
    return Said(
        responsible_unit=given.responsible_unit.strip(),
        responsible_name=name,
        measure=given.measure.strip(),
        funds=given.funds,
        due_on=given.due_on,
        contingency=given.contingency.strip(),
        interim_measure=given.interim_measure.strip(),
        interim_until=given.interim_until,
    )


def _name_of(hazard: Hazard, given: Commitments | Responsible, day: date) -> str:
    name = given.responsible_name.strip()
    if given.responsible_id is not None:
        people = {user_id: name for user_id, name, _posts in assignable_people(hazard, day)}
        if given.responsible_id not in people:
            message = _("请从本单位人员中选择责任人。")
            raise Invalid(message, {"responsible_id": message})
        name = people[given.responsible_id]
    return name
