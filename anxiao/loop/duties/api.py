"""How a unit's duties stand, for programs."""

from datetime import date

from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import BaseModel

from anxiao.foundation.access.api import PROBLEMS, ApiRequest, needs
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.queries import DutyStatus, unit_status

router = Router(tags=["duties"])


class DutyOut(BaseModel):
    """One duty of the unit in the period that holds the day asked; without a period ``not_owed``.

    ``missed`` counts earlier periods that were owed and not met.
    """

    plan: str
    version: int
    clause: str
    duty: str
    title: str
    owner: str
    cadence: str
    minutes: int
    status: str
    done: int
    needed: int
    period: str
    due_on: date | None
    missed: int


class StatusOut(Schema):
    """All duties of a unit on a day, in the notice's order."""

    unit: int
    name: str
    on: date
    duties: list[DutyOut]


@router.get(
    "/duties/status",
    response={200: StatusOut, **PROBLEMS},
    operation_id="duties_status",
    summary="一个单位某日的履职情况",
)
@needs("duties.view")
def duties_status(request: ApiRequest, unit: int, on: date | None = None) -> StatusOut:
    """How each duty of ``unit`` stands on a day (default: today)."""
    day = on or business_day(request.at)
    org = get_object_or_404(Org.objects.visible_with(request.actor, "duties.view"), pk=unit)
    duties = [_shown(each) for each in unit_status(org, day)]
    return StatusOut(unit=org.pk, name=org.name, on=day, duties=duties)


def _shown(standing: DutyStatus) -> DutyOut:
    duty, cell = standing.duty, standing.cell
    return DutyOut(
        plan=duty.plan.code,
        version=duty.plan.version,
        clause=duty.clause.code,
        duty=duty.code,
        title=duty.title,
        owner=duty.owner,
        cadence=duty.cadence,
        minutes=duty.minutes,
        status=standing.status.value,
        done=cell.done if cell else 0,
        needed=cell.needed if cell else duty.times,
        period=cell.period_key if cell else "",
        due_on=cell.due_on if cell else None,
        missed=standing.missed,
    )
