"""The roads that the demo's hazards take: most are struck off, some are late, some go up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from anxiao.demo import names
from anxiao.demo.clock import at_hour
from anxiao.demo.county import County
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Criterion, Hazard
from anxiao.loop.hazards.services import (
    Commitments,
    Found,
    accept_up_hazard,
    assign_hazard,
    close_hazard,
    comment_hazard,
    mark_beyond_means,
    open_hazard,
    reject_hazard,
    report_up_hazard,
    submit_hazard,
    supervise_hazard,
)

DAY = timedelta(days=1)
DONE = "已整改到位，现场恢复正常。"
SEEN = "现场复查，整改到位，同意销号。"


@dataclass(frozen=True, slots=True)
class Scene:
    """One hazard that the demo shows on purpose, found ``ago`` days ago at a unit."""

    unit: str
    ago: int
    category: str
    place: str
    text: str
    due_in: int
    road: str
    major: bool = False


SCENES = (
    Scene(names.SHOW_SCHOOL, 12, "stairs", "教学楼二楼东侧楼梯", "应急照明灯两盏不亮", 7, "closed"),
    Scene(names.SHOW_SCHOOL, 9, "fire", "综合楼一楼", "灭火器压力不足 3 具", 12, "submitted"),
    Scene(names.SHOW_SCHOOL, 11, "gate", "校门口", "防冲撞隔离墩缺失 2 个", 8, "assigned"),
    Scene(names.SHOW_SCHOOL, 6, "electricity", "201 室", "插座面板松动", 8, "rejected"),
    Scene(names.SHOW_SCHOOL, 1, "canteen", "食堂操作间", "留样记录缺少留样人签字", 3, "open"),
    Scene(names.SHOW_BOARDING, 10, "fire", "2 号宿舍楼", "楼内为电动自行车充电", 5, "major", True),
    Scene(names.SHOW_BOARDING, 14, "building", "体育馆", "屋面局部渗漏", 20, "accepted"),
    Scene(names.SHOW_KINDERGARTEN, 8, "building", "操场", "滑梯地垫破损", 4, "assigned"),
    Scene("柳林中学", 13, "construction", "北围墙施工处", "施工围挡缺口约 1.5 米", 6, "assigned"),
    Scene("石门希望小学", 12, "heating", "一年级教室", "煤炉未装一氧化碳报警器", 5, "reported"),
    Scene("白塔第三小学", 11, "building", "西围墙", "围墙开裂约 2 厘米", 6, "beyond"),
)


def walk_hazards(county: County, today: date, at: datetime) -> None:
    """Take every hazard of the demo some way along its road."""
    shown = [_find(county, scene, today) for scene in SCENES]
    for scene, hazard in zip(SCENES, shown, strict=True):
        ROADS[scene.road](_Walker(county, hazard, at, scene.due_in))
    others = Hazard.objects.filter(county=county.org, state="open").exclude(
        pk__in=[hazard.pk for hazard in shown]
    )
    for hazard in others.select_related("org").order_by("id"):
        road = county.dice.choices(
            (_close, _submit, _assign, _reject, _stay), weights=(62, 10, 18, 4, 6)
        )[0]
        road(_Walker(county, hazard, at, county.dice.choice((3, 5, 7, 15))))


def _find(county: County, scene: Scene, today: date) -> Hazard:
    unit = county.unit(scene.unit)
    day = today - scene.ago * DAY
    found = Found(
        uuid=UUID(int=county.dice.getrandbits(128), version=4),
        org=unit,
        source="self_check",
        category=scene.category,
        description=scene.text,
        place_text=scene.place,
        found_on=day,
        level="major" if scene.major else "ordinary",
        criterion=Criterion.objects.filter(code="fire-6").first() if scene.major else None,
    )
    actor = county.actor(unit, Role.SAFETY_OFFICER, day)
    return open_hazard(found, actor=actor, at=at_hour(day, 10))


@dataclass(slots=True)
class _Walker:
    """Takes one hazard along; each step is a day or two after the one before, never after now."""

    county: County
    hazard: Hazard
    now: datetime
    due_in: int
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
    submit_hazard(
        walker.hazard,
        result=DONE,
        no_photo_reason="演示数据，未附照片",
        actor=walker.who(Role.SAFETY_OFFICER),
        at=walker.later(),
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
}
