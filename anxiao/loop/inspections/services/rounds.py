"""Rounds (巡查路线) and which checklists are filled in at which point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.kernel.periods import Cadence
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Point
from anxiao.loop.inspections.models import PointChecklist, Round, RoundPoint
from anxiao.loop.inspections.queries.checklists import checklists_in_force

MOST_TIMES = 24
MOST_STOPS = 60


@dataclass(frozen=True, slots=True)
class StopPlan:
    """One stop: a point and the checklist filled in there."""

    point_id: int
    checklist_code: str


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round as it is to be: stops in walking order, who walks it, how often per period."""

    name: str
    owner: str
    cadence: str
    times: int
    stops: tuple[StopPlan, ...]


@transaction.atomic
def save_round(
    org: Org, plan: RoundPlan, *, round_: Round | None = None, actor: Actor, at: datetime
) -> Round:
    """Create a round, or change ``round_``; inspections made on it stay.

    Raises ``Invalid`` for points of another unit, unknown checklists, doubled stops or names.
    """
    require(actor, "inspections.rounds", org.path)
    _check(org, plan)
    heads = {"name": plan.name.strip(), "owner": plan.owner, "cadence": plan.cadence}
    try:
        with transaction.atomic():
            if round_ is None:
                saved = Round.objects.create(org=org, times=plan.times, **heads)
            else:
                saved = _change(round_, org, {**heads, "times": plan.times})
    except IntegrityError as fault:
        said = _("已有同名的巡查路线，请换一个名称。")
        raise Invalid(said, {"name": said}) from fault
    RoundPoint.objects.bulk_create(
        [
            RoundPoint(
                round=saved,
                point_id=stop.point_id,
                checklist_code=stop.checklist_code,
                position=position,
            )
            for position, stop in enumerate(plan.stops, 1)
        ]
    )
    action = "edit" if round_ else "create"
    record(action, saved, actor=actor, at=at, org_path=org.path, detail={"name": saved.name})
    return saved


@transaction.atomic
def retire_round(round_: Round, *, actor: Actor, at: datetime) -> None:
    """Take a round out of use; its past stays."""
    require(actor, "inspections.rounds", round_.org.path)
    rows = Round.objects.filter(pk=round_.pk, retired_on__isnull=True)
    if rows.update(retired_on=business_day(at)) != 1:
        raise Conflict(_("这条巡查路线已停用。"))
    record("retire", round_, actor=actor, at=at, org_path=round_.org.path)


@transaction.atomic
def assign_checklists(point: Point, codes: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """Say which checklists are filled in at a point; none: those of its key part again."""
    require(actor, "inspections.rounds", point.org.path)
    held = {row.code for row in checklists_in_force(point.org)}
    wanted = list(dict.fromkeys(codes))
    if set(wanted) - held:
        said = _("所选检查表未启用，请重新选择。")
        raise Invalid(said, {"codes": said})
    PointChecklist.objects.filter(point=point).exclude(checklist_code__in=wanted).delete()
    PointChecklist.objects.bulk_create(
        [PointChecklist(point=point, checklist_code=code) for code in wanted],
        ignore_conflicts=True,
    )
    detail = {"checklists": wanted}
    record("assign_checklists", point, actor=actor, at=at, org_path=point.org.path, detail=detail)


def _change(round_: Round, org: Org, values: dict[str, object]) -> Round:
    rows = Round.objects.filter(pk=round_.pk, org=org, retired_on__isnull=True)
    if rows.update(**values) != 1:
        raise Conflict(_("这条巡查路线已停用，不能再改。"))
    RoundPoint.objects.filter(round=round_).delete()
    return Round.objects.get(pk=round_.pk)


def _check(org: Org, plan: RoundPlan) -> None:
    faults = {}
    if not plan.name.strip():
        faults["name"] = _("请填写路线名称。")
    if plan.owner not in ROLE_LABELS:
        faults["owner"] = _("请选择责任岗位。")
    if plan.cadence not in set(Cadence):
        faults["cadence"] = _("请选择频次。")
    if not 1 <= plan.times <= MOST_TIMES:
        faults["times"] = _("次数应在 1～%(n)d 之间。") % {"n": MOST_TIMES}
    faults |= _stop_faults(org, plan.stops)
    if faults:
        raise Invalid(next(iter(faults.values())), faults)


def _stop_faults(org: Org, stops: Sequence[StopPlan]) -> dict[str, str]:
    if not 1 <= len(stops) <= MOST_STOPS:
        return {"stops": _("请选择 1～%(n)d 个检查点。") % {"n": MOST_STOPS}}
    if len(set(stops)) != len(stops):
        return {"stops": _("同一检查点的同一张检查表只能排一次，请去掉重复的。")}
    points = {stop.point_id for stop in stops}
    known = Point.objects.filter(org=org, pk__in=points, retired_on__isnull=True).count()
    if known != len(points):
        return {"stops": _("所选检查点不属于本单位或已停用，请重新选择。")}
    held = {row.code for row in checklists_in_force(org)}
    if {stop.checklist_code for stop in stops} - held:
        return {"stops": _("所选检查表未启用，请重新选择。")}
    return {}
