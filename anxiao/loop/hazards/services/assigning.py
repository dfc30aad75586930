"""Assigning (指派): nothing goes to rectification without the five commitments (五落实)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries.people import assignable_people
from anxiao.loop.hazards.rules import NO_CONTINGENCY, commitment_faults, stopped_for
from anxiao.loop.hazards.rules.demands import Said
from anxiao.loop.hazards.services.holding import hold, permit, refuse, step_of, take
from anxiao.loop.hazards.services.telling import named, spoken, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitments:
    """The five commitments, and the interim measure.

    Give ``responsible_id`` for a person of the unit (the name follows from it), or
    ``responsible_name`` for anybody else. ``funds`` are yuan and may be 0, but must be said.
    ``contingency`` may be left blank for an ordinary hazard: 无需 is kept.
    """

    responsible_unit: str
    measure: str
    funds: Decimal | None
    due_on: date | None
    responsible_id: int | None = None
    responsible_name: str = ""
    contingency: str = ""
    interim_measure: str = ""


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


def _said(hazard: Hazard, given: Commitments, day: date) -> Said:
    name = given.responsible_name.strip()
    if given.responsible_id is not None:
        people = {user_id: name for user_id, name, _posts in assignable_people(hazard, day)}
        if given.responsible_id not in people:
            message = _("请从本单位人员中选择责任人。")
            raise Invalid(message, {"responsible_id": message})
        name = people[given.responsible_id]
    return Said(
        responsible_unit=given.responsible_unit.strip(),
        responsible_name=name,
        measure=given.measure.strip(),
        funds=given.funds,
        due_on=given.due_on,
        contingency=given.contingency.strip(),
        interim_measure=given.interim_measure.strip(),
    )
