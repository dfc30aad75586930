"""Three weeks of work in the demo county: inspections, proofs by hand, hazards and their roads."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from anxiao.demo import names
from anxiao.demo.clock import at_hour
from anxiao.demo.county import County
from anxiao.demo.pictures import taken
from anxiao.demo.roads import walk_hazards
from anxiao.demo.visits import Visits, filled
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.loop.duties.models import Binding, Duty
from anxiao.loop.duties.services import (
    ExemptionRequest,
    HandProof,
    open_cells,
    open_due,
    prove_by_hand,
    request_exemption,
)
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.queries import checklists_in_force
from anxiao.loop.inspections.services import submit_inspection

DAILY = {"daily", "school_daily"}
DAILY_SHOWN = timedelta(days=6)
"""Daily duties are shown for the last days only: the demo should start quickly."""
FAIL_RATE = 0.02
PICTURED = 0.05
HOLIDAYS_LAST = timedelta(days=75)
SEEN = {"guard": "gate", "gate": "gate", "bus": "gate", "fire": "fire", "canteen": "canteen"}


@dataclass(frozen=True, slots=True)
class Job:
    """One duty that one unit does on one day."""

    day: date
    unit: Org
    duty: Duty


def live_through(
    county: County, start: date, published: date, at: datetime, say: Callable[[str], None]
) -> None:
    """Let every unit work from ``start`` until ``at``, each as diligent as it is; daily duties
    are owed since the plan was ``published``.
    """
    today = business_day(at)
    calendar = calendar_for(county.org)
    days = list(calendar.school_days(start, today + timedelta(days=1)))
    if not days:  # in the holidays the county shows its last days of school
        days = list(calendar.school_days(today - HOLIDAYS_LAST, today))[-10:]
    jobs = [job for unit in county.units for job in _jobs(county, unit, days, calendar)]
    lists = {unit.pk: _lists(unit) for unit in county.units}
    jobs.sort(key=lambda job: job.day)
    for day, done in groupby(jobs, key=lambda job: job.day):
        if day >= published:
            open_cells(county.org, day)
        for job in done:
            _do(county, job, lists[job.unit.pk], at)
        say(f"  {day.month}月{day.day}日")
    say("上级检查、巡查")
    weeks = list(calendar.school_days(today - HOLIDAYS_LAST, today + timedelta(days=1)))
    Visits(county, [day for day in weeks if day > business_day(county.at)], lists, at).make()
    say("隐患整改、复查")
    walk_hazards(county, today, at)
    ask_exemption(county, at)
    open_due(at)


def _do(county: County, job: Job, lists: dict[str, Checklist], now: datetime) -> None:
    moment = min(at_hour(job.day, 9 + county.dice.random() * 7), now)
    kind = job.duty.evidence[0]
    checklist = lists.get(kind.removeprefix("inspection."))
    if job.duty.by_hand:
        _prove(county, job, kind, moment)
    elif checklist is not None:
        _inspect(county, job, checklist, moment)


def _jobs(county: County, unit: Org, days: list[date], calendar: SchoolCalendar) -> list[Job]:
    diligence = county.dice.choice((0.98, 0.95, 0.9, 0.85, 0.7))
    bound = Binding.objects.filter(unit=unit).select_related("duty").order_by("duty__code")
    return [
        Job(day, unit, binding.duty)
        for binding in bound
        for day in _days_of(county, binding.duty, days, diligence)
    ]


def _days_of(county: County, duty: Duty, days: list[date], diligence: float) -> list[date]:
    dice = county.dice
    if duty.cadence in DAILY:
        recent = [day for day in days if day > days[-1] - DAILY_SHOWN]
        often = 1 - (1 - diligence) / 4
        chosen = [day for day in recent[:-1] if dice.random() < often]
        if dice.random() < diligence / 2:
            chosen.append(days[-1])
        return chosen * duty.times
    if duty.cadence == "weekly":
        weeks = sorted({day.isocalendar()[:2] for day in days})
        by_week = [[day for day in days if day.isocalendar()[:2] == week] for week in weeks]
        return [dice.choice(week) for week in by_week if dice.random() < diligence]
    return [dice.choice(days)] * duty.times if dice.random() < diligence * 0.9 else []


def _lists(unit: Org) -> dict[str, Checklist]:
    return {checklist.code: checklist for checklist in checklists_in_force(unit)}


def _prove(county: County, job: Job, kind: str, at: datetime) -> None:
    role = Role.PRINCIPAL if job.duty.owner == Role.PRINCIPAL else Role.SAFETY_OFFICER
    if (job.unit.pk, role) not in county.people:
        return
    proof = HandProof(
        uuid=UUID(int=county.dice.getrandbits(128), version=4),
        unit=job.unit,
        duty=job.duty,
        kind=kind,
        happened_on=job.day,
        note="已按要求完成，资料存档备查。",
    )
    actor = county.actor(job.unit, role, job.day)
    if job.unit.name in names.MORE_STAFF and county.dice.random() < PICTURED:
        photo = taken(county, job.unit, actor, at, _seen(kind), mended=True)
        proof = replace(proof, files=(photo,))
    prove_by_hand(proof, actor=actor, at=at)


def _seen(kind: str) -> str:
    """What a photo of such a proof shows, as a category of hazards."""
    return SEEN.get(kind.partition(".")[0], "stairs")


def ask_exemption(county: County, at: datetime) -> None:
    """One unit asks to be freed of a duty; the bureau has yet to answer."""
    unit, today = county.unit(names.SHOW_SCHOOL), business_day(at)
    binding = Binding.objects.filter(unit=unit, duty__cadence="monthly").order_by("duty__code")
    asked = ExemptionRequest(
        *(unit, binding.select_related("duty")[0].duty, today, today + timedelta(days=14)),
        reason="教学楼二楼维修，期间师生改在综合楼上课，维修完成后补做。",
    )
    request_exemption(asked, actor=county.actor(unit, Role.PRINCIPAL, today), at=at)


def _inspect(county: County, job: Job, checklist: Checklist, at: datetime) -> None:
    actor = county.actor(job.unit, Role.SAFETY_OFFICER, job.day)
    rate = FAIL_RATE if job.duty.cadence not in DAILY else FAIL_RATE / 6
    submit_inspection(
        filled(county, job.unit, checklist, "self_check", at, job.day, rate), actor=actor, at=at
    )
