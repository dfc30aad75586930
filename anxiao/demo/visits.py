"""Who comes to look: superiors, joint inspections, campaigns, and the guards on their rounds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from anxiao.demo.clock import at_hour
from anxiao.demo.county import County
from anxiao.demo.pens import signed
from anxiao.demo.pictures import taken
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Point
from anxiao.loop.inspections.models import Checklist, Round
from anxiao.loop.inspections.rules import FAIL, PASS, Submitted
from anxiao.loop.inspections.services import RoundPlan, StopPlan, save_round, submit_inspection

SUPERIORS_SEE = 0.06
"""They find more than the units did."""
ROUND = ("gate_watch", "gate_traffic", "fire_equipment", "stairs")
ROUND_DAYS = 4
WEEKS = 6
LATELY = 8
JOINT_WITH = "消防救援大队、公安分局各 1 人"


def filled(
    county: County,
    unit: Org,
    checklist: Checklist,
    kind: str,
    at: datetime,
    day: date,
    fail_rate: float,
) -> Submitted:
    """A checklist filled in at a unit; now and then an item fails."""
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


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of the last weeks on school ``days``; ``lists`` are each unit's checklists by code."""

    county: County
    days: list[date]
    lists: dict[int, dict[str, Checklist]]
    now: datetime

    def make(self) -> None:
        """Every third unit by its town office, some jointly, some in a campaign, and the rounds."""
        for number, unit in enumerate(self.county.units):
            for kind, codes in _kinds(number):
                for code in codes:
                    self._visit(unit, kind, code, self._day(kind, number))
        for unit in self.county.units:
            if (unit.pk, Role.GUARD_CAPTAIN) in self.county.people:
                self._walk_rounds(unit)

    def _day(self, kind: str, number: int) -> date:
        """Superiors came after the units' own checks of these weeks; the rest is spread."""
        back = number // 3 % LATELY if kind == "superior" else number * 3 % (WEEKS * 5)
        return self.days[-1 - min(back, len(self.days) - 1)]

    def _visit(self, unit: Org, kind: str, code: str, day: date) -> None:
        county, moment = self.county, min(at_hour(day, 14), self.now)
        inspector = self._inspector(unit, kind, day)
        form = filled(*(county, unit, self.lists[unit.pk][code], kind, moment, day, SUPERIORS_SEE))
        hand = signed(county, unit, inspector, moment)
        head = county.people[unit.pk, Role.PRINCIPAL].name
        form = replace(
            form,
            answers=self._pictured(form, unit, inspector, moment, code),
            companions=JOINT_WITH if kind == "joint" else "",
            inspector_signature=hand,
            inspected_signature=hand,
            inspected_name=head,
        )
        submit_inspection(form, actor=inspector, at=moment)

    def _pictured(
        self, form: Submitted, unit: Org, actor: Actor, at: datetime, code: str
    ) -> dict[str, dict[str, object]]:
        """The answers, with a photo of what fails."""
        answers = {}
        for item, answer in form.answers.items():
            photos = []
            if answer["a"] == FAIL:
                photos = [str(taken(self.county, unit, actor, at, code).uuid)]
            answers[item] = {**answer, "photos": photos}
        return answers

    def _inspector(self, unit: Org, kind: str, day: date) -> Actor:
        county = self.county
        town = next((t for t in county.towns.values() if t.pk == unit.parent_id), None)
        if town is None or kind == "joint":
            return county.actor(county.org, Role.COUNTY_SAFETY, day)
        return county.actor(town, Role.TOWN_OFFICER, day)

    def _walk_rounds(self, unit: Org) -> None:
        """The guards walk the grounds twice a school day; today they are half way."""
        captain = self.county.actor(unit, Role.GUARD_CAPTAIN, self.days[-1])
        stops = [
            (point, self.lists[unit.pk][code])
            for code in ROUND
            if code in self.lists[unit.pk]
            and (point := _point(self.county, unit, self.lists[unit.pk][code].key_part))
        ]
        plan = RoundPlan(
            *("校园日常巡查", Role.GUARD_CAPTAIN, "school_daily", 2),
            stops=tuple(StopPlan(point.pk, checklist.code) for point, checklist in stops),
        )
        head = self.county.actor(unit, Role.PRINCIPAL, self.days[-1])
        walked = save_round(unit, plan, actor=head, at=self.now)
        for day in self.days[-ROUND_DAYS:]:
            seen = stops[: len(stops) // 2] if day == self.days[-1] else stops
            for number, (point, checklist) in enumerate(seen):
                moment = min(at_hour(day, 7.2 + number * 0.2), self.now)
                self._stop(unit, walked, point, checklist, captain, moment, day)

    def _stop(
        self,
        unit: Org,
        walked: Round,
        point: Point,
        checklist: Checklist,
        captain: Actor,
        at: datetime,
        day: date,
    ) -> None:
        form = filled(self.county, unit, checklist, "patrol", at, day, 0)
        form = replace(form, round_id=walked.pk, point_id=point.pk)
        submit_inspection(form, actor=captain, at=at)


def _kinds(number: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    if number % 3 == 0:
        yield "superior", ("fire", "gate")
    if number % 5 == 1:
        yield "joint", ("fire", "electricity")
    if number % 7 == 2:  # noqa: PLR2004 - any rhythm will do
        yield "campaign", ("special_cleanup",)
