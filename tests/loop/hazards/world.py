"""A small county with people at every post that matters to a hazard, and steps in short."""

import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from anxiao.foundation.files.models import Blob, Upload
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Criterion, EndRequest, Extension
from anxiao.loop.hazards.services import Commitments, Ending, Found, Grade
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_school,
    make_town,
    make_user,
)

CANARY = "邻校金丝雀"
_number = count(1)
DUE = TODAY + timedelta(days=7)


class World:
    """A county, a town, a school and its neighbour, with their people and actors."""

    def __init__(self) -> None:
        self.county = make_county()
        self.town = make_town(self.county, "石门镇教委")
        self.school = make_school(self.town, "石门镇第一小学")
        self.neighbour = make_school(self.town, f"{CANARY}小学")
        self.users = {
            "officer": make_user("程然", (self.school, "safety_officer")),
            "principal": make_user("钱一鸣", (self.school, "principal")),
            "maintainer": make_user("孙师傅", (self.school, "maintainer")),
            "teacher": make_user("李老师", (self.school, "class_teacher")),
            "clerk": make_user("周安", (self.town, "town_officer")),
            "head": make_user("吴主任", (self.town, "town_head")),
            "bureau": make_user("郑科长", (self.county, "county_safety")),
            "leader": make_user("冯局长", (self.county, "county_leader")),
            "stranger": make_user("王邻", (self.neighbour, "safety_officer")),
            "auditor": make_user("审计员", (self.county, "audit_admin")),
        }

    def __getattr__(self, name: str) -> Any:
        """``world.officer`` is the actor of that person, with the posts of today."""
        if name in self.__dict__.get("users", {}):
            return actor_of(self.users[name])
        raise AttributeError(name)

    def found(self, **given: Any) -> Found:
        """An ordinary hazard of the school, found by itself today."""
        values = {
            "uuid": uuid.uuid4(),
            "org": self.school,
            "source": "self_check",
            "category": "fire",
            "description": f"灭火器压力不足{next(_number)}",
            "place_text": "3 号楼二楼东侧",
            "found_on": TODAY,
            **given,
        }
        return Found(**values)

    def major(self, **given: Any) -> Found:
        """A major hazard with a written reason and its four."""
        return self.found(
            **{
                "level": "major",
                "level_reason": "宿舍没有安装火灾报警系统",
                "interim_measure": "夜间专人值守",
                "responsible_unit": "石门镇第一小学",
                "responsible_name": "孙师傅",
                "due_on": DUE,
                **given,
            }
        )

    def open(self, actor=None, at=AT, **given: Any):
        return services.open_hazard(self.found(**given), actor=actor or self.officer, at=at)

    def commitments(self, **given: Any) -> Commitments:
        values = {
            "responsible_unit": "石门镇第一小学",
            "responsible_id": self.users["maintainer"].pk,
            "measure": "更换灭火器",
            "funds": Decimal("200"),
            "due_on": DUE,
            "contingency": "立即疏散",
            "interim_measure": "增配灭火器",
            **given,
        }
        return Commitments(**values)

    def photo(self, name: str, content: str = "", org=None) -> Upload:
        """An upload of a person; ``content`` tells pictures apart."""
        digest = (content or str(next(_number))).encode().hex().ljust(64, "0")[:64]
        blob, _created = Blob.objects.get_or_create(
            sha256=digest,
            defaults={"media_type": "image/jpeg", "size": 1, "stored_at": AT},
        )
        return Upload.objects.create(
            uuid=uuid.uuid4(),
            blob=blob,
            org=org or self.school,
            user=self.users[name],
            name="照片.jpg",
            original_sha256=digest,
            uploaded_at=AT,
        )

    def criterion(self, **given: Any) -> Criterion:
        values = {
            "code": f"test-{next(_number)}",
            "domain": "消防",
            "method": "direct",
            "text": "安全出口锁闭",
            "source": "测试依据",
            **given,
        }
        return Criterion.objects.create(**values)

    # Steps in short; each takes the hazard as it is.

    def assign(self, hazard, actor=None, at=AT, **given: Any) -> None:
        services.assign_hazard(
            hazard, self.commitments(**given), actor=actor or self.principal, at=at
        )

    def submit(self, hazard, actor=None, at=AT) -> None:
        services.submit_hazard(
            hazard,
            result="已更换",
            no_photo_reason="夜间",
            actor=actor or self.maintainer,
            at=at,
        )

    def close(self, hazard, actor=None, at=AT) -> None:
        services.close_hazard(hazard, opinion="已到现场查看", actor=actor or self.principal, at=at)

    def reject(self, hazard, actor=None, at=AT) -> None:
        services.reject_hazard(hazard, reason="压力仍不足", actor=actor or self.principal, at=at)

    def report_up(self, hazard, actor=None, at=AT):
        return services.report_up_hazard(
            hazard,
            reason="需改造管网",
            interim_measure="备足灭火器",
            actor=actor or self.principal,
            at=at,
        )

    def accept_up(self, hazard, actor=None, at=AT) -> None:
        services.accept_up_hazard(hazard, answer="列入计划", actor=actor or self.clerk, at=at)

    def send_back(self, hazard, actor=None, at=AT) -> None:
        services.send_back_hazard(hazard, answer="学校可自行解决", actor=actor or self.clerk, at=at)

    def reopen(self, hazard, actor=None, at=AT) -> None:
        services.reopen_hazard(hazard, reason="复查不实", actor=actor or self.principal, at=at)

    def void(self, hazard, at=AT) -> None:
        request = self.request_end(hazard, at=at)
        services.decide_end(request, approve=True, answer="", actor=self.principal, at=at)

    def merge(self, hazard, at=AT) -> None:
        request = self.request_end(hazard, into=self.open(at=at), at=at)
        services.decide_end(request, approve=True, answer="", actor=self.principal, at=at)

    def request_end(self, hazard, into=None, actor=None, at=AT) -> EndRequest:
        ending = Ending(kind="merge" if into else "void", reason="重复登记", into=into)
        return services.request_end(hazard, ending, actor=actor or self.officer, at=at)

    def request_extension(self, hazard, days=7, actor=None, at=AT) -> Extension:
        return services.request_extension(
            hazard,
            new_due_on=(hazard.due_on or TODAY) + timedelta(days=days),
            reason="等待采购",
            actor=actor or self.maintainer,
            at=at,
        )

    def grade(self, hazard, actor=None, at=AT, **given: Any) -> None:
        grade = Grade(**{"level": "major", "reason": "危及宿舍", **given})
        services.grade_hazard(hazard, grade, actor=actor or self.principal, at=at)

    def in_state(self, state: str):
        """A hazard of the school that was walked to ``state``."""
        hazard = self.open()
        for step in ROADS[state]:
            getattr(self, step)(hazard)
        return hazard


ROADS: dict[str, tuple[str, ...]] = {
    "open": (),
    "assigned": ("assign",),
    "submitted": ("assign", "submit"),
    "reported": ("report_up",),
    "accepted": ("report_up", "accept_up"),
    "closed": ("assign", "submit", "close"),
    "void": ("void",),
    "merged": ("merge",),
}
