"""Three weeks of work in the demo county: inspections, proofs by hand, hazards and their roads."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from anxiao.demo.clock import at_hour
from anxiao.demo.county import County
from anxiao.demo.pens import signed
from anxiao.demo.roads import walk_hazards
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.calendar import SchoolCalendar
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import calendar_for
from anxiao.foundation.places.models import Point
from anxiao.loop.duties.models import Binding, Duty
from anxiao.loop.duties.services import HandProof, open_cells, open_due, prove_by_hand
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.queries import checklists_in_force
from anxiao.loop.inspections.rules import FAIL, PASS, Submitted
from anxiao.loop.inspections.services import submit_inspection

DAILY = {"daily", "school_daily"}
DAILY_SHOWN = timedelta(days=6)
"""Daily duties are shown for the last days only: the demo should start quickly."""
FAIL_RATE = 0.02


@dataclass(frozen=True, slots=True)
class Job:
    """One duty that one unit does on one day."""

    day: date
    unit: Org
    duty: Duty


def live_through(county: County, start: date, published: date, at: datetime) -> None:
    """Let every unit work from ``start`` until ``at``, each as diligent as it is; daily duties
    are owed since the plan was ``published``.
    """
    today = business_day(at)
    calendar = calendar_for(county.org)
    days = [day for day in calendar.school_days(start, today + timedelta(days=1)) if day <= today]
    jobs = [job for unit in county.units for job in _jobs(county, unit, days, calendar)]
    lists = {unit.pk: _lists(unit) for unit in county.units}
    jobs.sort(key=lambda job: job.day)
    for day, done in groupby(jobs, key=lambda job: job.day):
        if day >= published:
            open_cells(county.org, day)
        for job in done:
            _do(county, job, lists[job.unit.pk], at)
    _superiors(county, days, lists, at)
    walk_hazards(county, today, at)
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
    prove_by_hand(proof, actor=county.actor(job.unit, role, job.day), at=at)


def _inspect(county: County, job: Job, checklist: Checklist, at: datetime) -> None:
    actor = county.actor(job.unit, Role.SAFETY_OFFICER, job.day)
    rate = FAIL_RATE if job.duty.cadence not in DAILY else FAIL_RATE / 6
    submit_inspection(
        _filled(county, job.unit, checklist, "self_check", at, job.day, rate), actor=actor, at=at
    )


def _filled(
    county: County,
    unit: Org,
    checklist: Checklist,
    kind: str,
    at: datetime,
    day: date,
    fail_rate: float,
) -> Submitted:
    answers = {}
    for item in checklist.items:
        plain = item["level"] != "major" and not item["photo"]
        failed = plain and county.dice.random() < fail_rate
        answers[item["code"]] = {
            "a": FAIL if failed else PASS,
            "note": _wrong(item["text"]) if failed else "",
        }
    point = _point(county, unit, checklist.key_part)
    return Submitted(
        uuid=UUID(int=county.dice.getrandbits(128), version=4),
        org_id=unit.pk,
        checklist_id=checklist.pk,
        kind=kind,
        happened_on=day,
        answers=answers,
        point_id=point.pk if point else None,
        started_at=at - timedelta(minutes=checklist.minutes),
        finished_at=at,
    )


def _wrong(text: str) -> str:
    return f"现场查看，未达到“{text.rstrip('。')}”的要求。"


def _point(county: County, unit: Org, key_part: str) -> Point | None:
    return next((p for p in county.points.get(unit.pk, ()) if p.key_part == key_part), None)


def _superiors(
    county: County, days: list[date], lists: dict[int, dict[str, Checklist]], at: datetime
) -> None:
    """The bureau and the town offices look at some units, and see more than the units did."""
    for number, unit in enumerate(county.units):
        if number % 3:
            continue
        inspector = _superior(county, unit, days[0])
        for code in ("fire", "gate"):
            day = days[-1 - (number // 3) % min(8, len(days))]
            moment = min(at_hour(day, 14), at)
            filled = _filled(county, unit, lists[unit.pk][code], "superior", moment, day, 0.06)
            hand = signed(county, unit, inspector, moment)
            head = county.people[unit.pk, Role.PRINCIPAL].name
            form = replace(
                filled, inspector_signature=hand, inspected_signature=hand, inspected_name=head
            )
            submit_inspection(form, actor=inspector, at=moment)


def _superior(county: County, unit: Org, day: date) -> Actor:
    town = next((t for t in county.towns.values() if t.pk == unit.parent_id), None)
    if town is None:
        return county.actor(county.org, Role.COUNTY_SAFETY, day)
    return county.actor(town, Role.TOWN_OFFICER, day)
