"""Words of plans and duties."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.periods import Cadence, Status
from anxiao.foundation.kernel.workflow import Step, Workflow


class PlanState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


class ClauseKind(TextChoices):
    DUTY = "duty", _("职责")
    GAUGE = "gauge", _("达标项")
    RULE = "rule", _("规则")
    TOOL = "tool", _("工具")


class DutyLevel(TextChoices):
    UNIT = "unit", _("学校、幼儿园")
    TOWN = "town", _("镇街教委")
    COUNTY = "county", _("教育局")


class ExemptionState(TextChoices):
    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")


PLAN_FLOW = Workflow(
    Step("publish", frozenset({PlanState.DRAFT}), PlanState.PUBLISHED, "duties.plan", "发布"),
    Step("retire", frozenset({PlanState.PUBLISHED}), PlanState.RETIRED, "duties.plan", "停用"),
)

EXEMPTION_FLOW = Workflow(
    Step(
        "approve",
        frozenset({ExemptionState.REQUESTED}),
        ExemptionState.APPROVED,
        "duties.exempt",
        "批准",
    ),
    Step(
        "refuse",
        frozenset({ExemptionState.REQUESTED}),
        ExemptionState.REFUSED,
        "duties.exempt",
        "不批准",
    ),
)

CADENCE_LABELS: dict[str, str | Promise] = {
    Cadence.ONCE: _("一次"),
    Cadence.DAILY: _("每天"),
    Cadence.SCHOOL_DAILY: _("每个上学日"),
    Cadence.WEEKLY: _("每周"),
    Cadence.MONTHLY: _("每月"),
    Cadence.QUARTERLY: _("每季度"),
    Cadence.TERMLY: _("每学期"),
    Cadence.YEARLY: _("每年"),
    Cadence.HEATING_SEASON: _("每个取暖季"),
    Cadence.PER_HOLIDAY: _("每次放假前"),
    Cadence.PER_TRIP: _("每个运行日"),
    Cadence.STANDING: _("持续达标"),
}

STATUS_LABELS: dict[str, str | Promise] = {
    Status.MET: _("已履行"),
    Status.DUE: _("待履行"),
    Status.SOON: _("临期"),
    Status.OVERDUE: _("超期"),
    Status.NOT_OWED: _("不计"),
    Status.EXEMPT: _("已免除"),
}

STATUS_TONES: dict[str, str] = {
    Status.MET: "done",
    Status.DUE: "plain",
    Status.SOON: "soon",
    Status.OVERDUE: "late",
    Status.NOT_OWED: "plain",
    Status.EXEMPT: "plain",
}

ROOM_LABELS: dict[str, str | Promise] = {
    "inspections": _("检查"),
    "hazards": _("隐患"),
    "duties": _("履职"),
    "education": _("安全教育"),
    "letters": _("致家长一封信"),
    "drills": _("应急演练"),
    "risks": _("风险清单"),
    "guards": _("保安与安防设施"),
    "gate": _("校门与护学岗"),
    "buses": _("校车"),
    "traffic": _("交通安全"),
    "fire": _("消防"),
    "bullying": _("防欺凌"),
    "stairs": _("防踩踏"),
    "responsibility": _("责任清单"),
    "supervision": _("督导检查"),
    "emergency": _("值班与研判"),
    "accountability": _("追责线索"),
    "cockpit": _("看板"),
}
