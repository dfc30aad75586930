"""The roads that the demo's hazards take: most are struck off, some are late, some go up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from anxiao.demo.clock import at_hour
from anxiao.demo.county import County
from anxiao.demo.pictures import taken
from anxiao.demo.scenes import EARLIER, SCENES, Scene
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Criterion, Hazard
from anxiao.loop.hazards.services import (
    Commitments,
    Ending,
    Found,
    accept_up_hazard,
    assign_hazard,
    close_hazard,
    comment_hazard,
    decide_end,
    mark_beyond_means,
    open_hazard,
    reject_hazard,
    report_up_hazard,
    request_end,
    request_extension,
    submit_hazard,
    supervise_hazard,
)

DAY = timedelta(days=1)
WEEKS_SHOWN = 11
"""As far back as the board's trend goes."""
DONE = "已整改到位，现场恢复正常。"
SEEN = "现场复查，整改到位，同意销号。"


def walk_hazards(county: County, today: date, at: datetime) -> None:
    """Take every hazard of the demo some way along its road."""
    past = list(_earlier(county, today))
    earlier = [_find(county, scene, today) for scene in past]
    shown = [_find(county, scene, today) for scene in SCENES]
    for scene, hazard in zip((*past, *SCENES), (*earlier, *shown), strict=True):
        ROADS[scene.road](_Walker(county, hazard, at, scene.due_in, _is_pictured(scene)))
    others = Hazard.objects.filter(county=county.org, state="open").exclude(
        pk__in=[hazard.pk for hazard in (*shown, *earlier)]
    )
    for hazard in others.select_related("org").order_by("id"):
        road = county.dice.choices(
            (_close, _submit, _assign, _reject, _stay), weights=(62, 10, 18, 4, 6)
        )[0]
        road(_Walker(county, hazard, at, county.dice.choice((3, 5, 7, 15))))


def _is_pictured(scene: Scene) -> bool:
    """All that is shown on purpose has photos, and some of the rest: drawing takes time."""
    return scene in SCENES or scene.ago % 5 == 0


def _earlier(county: County, today: date) -> Iterator[Scene]:
    """Some for each of the weeks before, more while the campaign got under way."""
    first = business_day(county.at)
    for week in range(WEEKS_SHOWN, 2, -1):
        for _ in range(county.dice.randint(3, 5) + (WEEKS_SHOWN - week) // 2):
            ago = week * 7 - county.dice.randint(0, 4)
            category, place, text = county.dice.choice(EARLIER)
            if today - ago * DAY > first:
                unit = county.dice.choice(county.units).name
                yield Scene(unit, ago, category, place, text, 7, "closed")


def _find(county: County, scene: Scene, today: date) -> Hazard:
    unit = county.unit(scene.unit)
    day = today - scene.ago * DAY
    at = at_hour(day, 10)
    finder = county.actor(unit, Role.SAFETY_OFFICER, day)
    pictured = _is_pictured(scene)
    photos = (taken(county, unit, finder, at, scene.category),) if pictured else ()
    found = Found(
        uuid=UUID(int=county.dice.getrandbits(128), version=4),
        org=unit,
        source="self_check",
        category=scene.category,
        description=scene.text,
        place_text=scene.place,
        found_on=day,
        level="major" if scene.criterion else "ordinary",
        criterion=Criterion.objects.filter(code=scene.criterion).first(),
        photos=photos,
    )
    return open_hazard(found, actor=finder, at=at)


@dataclass(slots=True)
class _Walker:
    """Takes one hazard along; each step is a day or two after the one before, never after now."""

    county: County
    hazard: Hazard
    now: datetime
    due_in: int
    pictured: bool = False
    steps: int = 0

    def later(self) -> datetime:
        """The instant of the next step."""
        self.steps += 1
        found = business_day(self.hazard.recorded_at)
        hour = 8 + self.steps * 2 + self.county.dice.random()
        return min(self.now, at_hour(found + self.steps * DAY, hour))

    def who(self, role: str, org: Org | None = None) -> Actor:
        """The holder of a post at the hazard's unit, or at ``org``."""
        place = org or self.hazard.org
        if (place.pk, role) not in self.county.people:
            role = Role.PRINCIPAL if place.is_unit else Role.COUNTY_SAFETY
        return self.county.actor(place, role, business_day(self.now))

    def upper(self) -> Actor:
        """Who answers for the level above the hazard's unit."""
        towns = self.county.towns.values()
        town = next((t for t in towns if t.pk == self.hazard.org.parent_id), None)
        if town is None:
            return self.who(Role.COUNTY_SAFETY, self.county.org)
        return self.who(Role.TOWN_OFFICER, town)

    def verifier(self) -> Actor:
        """Who may strike it off: the unit's head for its own ordinary finds, else above."""
        own = self.hazard.source in {"self_check", "patrol"} and self.hazard.level == "ordinary"
        return self.who(Role.PRINCIPAL) if own else self.upper()


def _assign(walker: _Walker) -> None:
    hazard, at = walker.hazard, walker.later()
    due_on = max(business_day(at), hazard.found_on + walker.due_in * DAY)
    officer = walker.who(Role.SAFETY_OFFICER)
    commitments = Commitments(
        responsible_unit=hazard.org.name,
        responsible_id=officer.user_id,
        measure="更换损坏设施，落实专人每日查看，复查合格后恢复使用。",
        funds=Decimal(walker.county.dice.choice((0, 200, 500, 1200, 3000))),
        due_on=due_on,
        contingency="设置警戒，专人值守，必要时停用。" if hazard.level == "major" else "",
        interim_measure="立即清理，拉设警戒线，专人值守。" if hazard.level == "major" else "",
    )
    assign_hazard(hazard, commitments, actor=walker.who(Role.PRINCIPAL), at=at)


def _submit(walker: _Walker) -> None:
    _assign(walker)
    _hand_in(walker)


def _hand_in(walker: _Walker) -> None:
    hazard, at = walker.hazard, walker.later()
    officer = walker.who(Role.SAFETY_OFFICER)
    after = (
        (taken(walker.county, hazard.org, officer, at, hazard.category, mended=True),)
        if walker.pictured
        else ()
    )
    submit_hazard(
        hazard,
        result=DONE,
        photos=after,
        no_photo_reason="" if after else "现场已恢复使用，整改时未拍照。",
        actor=officer,
        at=at,
    )


def _close(walker: _Walker) -> None:
    _submit(walker)
    close_hazard(walker.hazard, opinion=SEEN, actor=walker.verifier(), at=walker.later())


def _reject(walker: _Walker) -> None:
    _submit(walker)
    reject_hazard(
        walker.hazard,
        reason="面板已紧固，但同排另一处仍松动，请一并处理。",
        actor=walker.verifier(),
        at=walker.later(),
    )


def _beyond(walker: _Walker) -> None:
    mark_beyond_means(
        walker.hazard,
        reason="需专业鉴定和加固，本单位无资金来源。",
        actor=walker.who(Role.PRINCIPAL),
        at=walker.later(),
    )


def _report(walker: _Walker) -> None:
    report_up_hazard(
        walker.hazard,
        reason="需统一采购安装，本单位无力整改。",
        interim_measure="停用该处，专人每日查看并记录。",
        actor=walker.who(Role.PRINCIPAL),
        at=walker.later(),
    )


def _accept(walker: _Walker) -> None:
    _report(walker)
    answer = "已列入维修计划，由镇街统一安排。"
    accept_up_hazard(walker.hazard, answer=answer, actor=walker.upper(), at=walker.later())


def _major(walker: _Walker) -> None:
    _assign(walker)
    leader = walker.who(Role.COUNTY_SAFETY, walker.county.org)
    comment_hazard(walker.hazard, text="请每日报送进展。", actor=leader, at=walker.later())
    reason = "重大隐患，超期未完成整改。"
    supervise_hazard(walker.hazard, reason=reason, actor=leader, at=walker.later())


def _extend(walker: _Walker) -> None:
    _assign(walker)
    request_extension(
        walker.hazard,
        new_due_on=business_day(walker.now) + 10 * DAY,
        reason="装备已订购，供货商下周到货。",
        actor=walker.who(Role.SAFETY_OFFICER),
        at=walker.now,
    )


def _void(walker: _Walker) -> None:
    _end(walker, Ending("void", "次日复看，积水为雨后自然现象，已排净，不属于隐患。"))


def _merge(walker: _Walker) -> None:
    same = Hazard.objects.filter(org=walker.hazard.org, category=walker.hazard.category)
    first = same.filter(state="assigned").order_by("id").first()
    _end(walker, Ending("merge", "与在册的一项为同一处。", first))


def _end(walker: _Walker, ending: Ending) -> None:
    asked = request_end(
        walker.hazard, ending, actor=walker.who(Role.SAFETY_OFFICER), at=walker.later()
    )
    decide_end(asked, approve=True, answer="", actor=walker.verifier(), at=walker.later())


def _stay(_walker: _Walker) -> None:
    """Nobody has done anything yet."""


ROADS: dict[str, Callable[[_Walker], None]] = {
    "open": _stay,
    "assigned": _assign,
    "submitted": _submit,
    "closed": _close,
    "rejected": _reject,
    "reported": _report,
    "accepted": _accept,
    "beyond": _beyond,
    "major": _major,
    "extending": _extend,
    "void": _void,
    "merged": _merge,
}
