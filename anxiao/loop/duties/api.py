"""How a unit's duties stand, for programs."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import BaseModel

from anxiao.foundation.access.api import PROBLEMS, ApiRequest, Id, needs
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.queries import name_of
from anxiao.loop.duties.queries import DutyStatus, unit_status

router = Router(tags=["duties"])


class DutyOut(BaseModel):
    """One duty of the unit in the period that holds the day asked; without a period ``not_owed``.

    ``missed`` counts earlier periods of the school year that were owed and not met.
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
def duties_status(request: ApiRequest, unit: Id, on: date | None = None) -> HttpResponse:
    """How each duty of ``unit`` stands on a day (default: today)."""
    day = on or business_day(request.at)
    name = name_of(request.actor, "duties.view", unit)
    if name is None:
        raise Http404
    duties = [_shown(each) for each in unit_status(unit, day)]
    return JsonResponse({"unit": unit, "name": name, "on": day, "duties": duties})


def _shown(standing: DutyStatus) -> dict[str, Any]:
    """A ``DutyOut`` as plain values: checking seventy of them costs more than finding them."""
    duty, cell = standing.duty, standing.cell
    return {
        "plan": duty.plan.code,
        "version": duty.plan.version,
        "clause": duty.clause.code,
        "duty": duty.code,
        "title": duty.title,
        "owner": duty.owner,
        "cadence": duty.cadence,
        "minutes": duty.minutes,
        "status": standing.status.value,
        "done": cell.done if cell else 0,
        "needed": cell.needed if cell else duty.times,
        "period": cell.period_key if cell else "",
        "due_on": cell.due_on.isoformat() if cell else None,
        "missed": standing.missed,
    }
