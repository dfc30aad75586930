"""One round a day in every unit, so that a guard who scans any label of it has it."""

from anxiao.demo.county import County
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.orgs.models import Org
from anxiao.loop.inspections.services import RoundPlan, StopPlan, save_round

STOPS = (("gate", "gate_watch"), ("stairs", "patrol"), ("canteen", "patrol"))
"""Key part of the point and checklist filled in there, in the order they are walked."""


def lay_out_rounds(county: County) -> None:
    """Lay the guards' round of the day out."""
    for unit in county.units:
        _lay_out(county, unit)


def _lay_out(county: County, unit: Org) -> None:
    points = {point.key_part: point.pk for point in county.points[unit.pk]}
    plan = RoundPlan(
        name="校园日巡",
        owner=Role.GUARD,
        cadence="school_daily",
        times=1,
        stops=tuple(StopPlan(points[key_part], code) for key_part, code in STOPS),
    )
    actor = county.actor(unit, Role.SAFETY_OFFICER, county.at.date())
    save_round(unit, plan, actor=actor, at=county.at)
