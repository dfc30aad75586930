"""Two small notices for tests: a county's own, and another county's in other words."""

from datetime import UTC, date, datetime, timedelta

from tests.builders import actor_of, make_county, make_school, make_town, make_user

NOTICE = """
[plan]
code = "Q4"
title = "四季度方案"
number = "云教〔2026〕1号"
issuer = "云河区教育局"
from_on = 2026-09-01
to_on = 2027-08-31

[[evidence_kind]]
code = "drill.evacuation"
label = "疏散演练"

[[evidence_kind]]
code = "inspection.patrol"
label = "巡查"

[[evidence_kind]]
code = "plan.approved"
label = "预案批准"

[[evidence_kind]]
code = "canteen.review"
label = "食堂月调度"

[[evidence_kind]]
code = "visit.done"
label = "到校检查"

[[clause]]
code = "2.1.f"
chapter = "二、七项措施"
section = "教育"
title = "应急演练"
demand = "中小学每月一次。"
kind = "duty"

[[clause.duty]]
code = "2.1.f-1"
title = "每月疏散演练"
owner = "safety_officer"
applies_to = { kinds = ["school"] }
cadence = "monthly"
grace_days = 3
evidence = ["drill.evacuation"]
minutes = 30
room = "drills"

[[clause]]
code = "2.2.a"
chapter = "二、七项措施"
title = "巡查"
demand = "每日巡查。"
kind = "duty"

[[clause.duty]]
code = "2.2.a-1"
title = "上学日巡查"
owner = "guard"
applies_to = {}
cadence = "school_daily"
times = 2
evidence = ["inspection.patrol"]
minutes = 10
room = "inspections"

[[clause.duty]]
code = "2.2.a-2"
title = "每周巡查"
owner = "safety_officer"
cadence = "weekly"
evidence = ["inspection.patrol"]
minutes = 20
room = "inspections"

[[clause.duty]]
code = "2.2.a-3"
title = "食堂月调度"
owner = "principal"
applies_to = { canteen = true }
cadence = "monthly"
evidence = ["canteen.review"]
minutes = 20
room = "duties"

[[clause]]
code = "2.1.g"
chapter = "二、七项措施"
title = "预案"
demand = "预案齐全。"
kind = "gauge"

[[clause.duty]]
code = "2.1.g-1"
title = "应急预案现行有效"
owner = "principal"
cadence = "standing"
evidence = ["plan.approved"]
minutes = 60
room = "emergency"
gauge = "plans"
target = 100
valid_days = 90

[[clause]]
code = "3.2.a"
chapter = "三、四项保障"
title = "检查到校"
demand = "镇街每月到校。"
kind = "duty"

[[clause.duty]]
code = "3.2.a-1"
title = "镇街到校检查"
owner = "town_officer"
level = "town"
cadence = "monthly"
evidence = ["visit.done"]
minutes = 120
room = "supervision"

[[clause]]
code = "3.4.d"
chapter = "三、四项保障"
title = "自查不认真"
demand = "追责。"
kind = "rule"
"""

OTHER_NOTICE = """
[plan]
code = "spring"
title = "青山县春季安全行动"
issuer = "青山县教育局"
from_on = 2026-11-01
to_on = 2026-12-31

[[evidence_kind]]
code = "night.round"
label = "夜查"

[[clause]]
code = "1"
chapter = "行动"
title = "夜查"
demand = "寄宿学校每夜巡查两次。"
kind = "duty"

[[clause.duty]]
code = "N-1"
title = "宿舍夜查"
owner = "dorm_keeper"
applies_to = { boarding = true, stages = ["junior", "senior"] }
cadence = "daily"
times = 2
in_holidays = true
evidence = ["night.round"]
minutes = 15
room = "fire"

[[clause.duty]]
code = "N-2"
title = "每旬校长带班"
owner = "principal"
cadence = "weekly"
times = 3
evidence = ["night.round"]
minutes = 5
room = "fire"
"""


def instant(day: date, hour: int = 10) -> datetime:
    """That hour in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


class County:
    """A county with two towns, three units and the people who matter."""

    def __init__(self, name: str = "云河区") -> None:
        self.county = make_county(name)
        self.town = make_town(self.county, f"{name}石门镇")
        self.other_town = make_town(self.county, f"{name}高桥镇")
        self.school = make_school(self.town, f"{name}第一小学", has_canteen=True)
        self.second = make_school(self.town, f"{name}第二小学")
        self.third = make_school(
            self.other_town, f"{name}第三中学", stages=["junior"], is_boarding=True
        )
        self.clerk = actor_of(make_user("林清", (self.county, "county_safety")))
        self.officer = actor_of(make_user("赵青", (self.town, "town_officer")))
        self.principal_user = make_user("程然", (self.school, "principal"))
        self.principal = actor_of(self.principal_user)
        self.guard = actor_of(make_user("石磊", (self.school, "guard")))
