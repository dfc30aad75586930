"""The road of a hazard (隐患): its states and every step between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from anxiao.foundation.kernel.workflow import Step, Workflow


class HazardState(TextChoices):
    OPEN = "open", _("待指派")
    ASSIGNED = "assigned", _("整改中")
    SUBMITTED = "submitted", _("待复查")
    REPORTED = "reported", _("已上报")
    ACCEPTED = "accepted", _("上级已受理")
    CLOSED = "closed", _("已销号")
    VOID = "void", _("已作废")
    MERGED = "merged", _("已合并")


class HazardLevel(TextChoices):
    ORDINARY = "ordinary", _("一般隐患")
    MAJOR = "major", _("重大隐患")


class HazardSource(TextChoices):
    SELF_CHECK = "self_check", _("自查")
    PATROL = "patrol", _("巡查")
    SUPERIOR = "superior", _("上级检查")
    JOINT = "joint", _("联合检查")
    CAMPAIGN = "campaign", _("专项整治")
    DRILL = "drill", _("应急演练")
    DAILY_REVIEW = "daily_review", _("每日研判")
    PUBLIC = "public", _("群众反映")
    INCIDENT = "incident", _("事故事件")


class PhotoStage(TextChoices):
    BEFORE = "before", _("整改前")
    AFTER = "after", _("整改后")


class RequestState(TextChoices):
    """State of anything a second person answers: an extension, a void, a merge, a report-up."""

    REQUESTED = "requested", _("待答复")
    APPROVED = "approved", _("同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已失效")


class CriterionMethod(TextChoices):
    DIRECT = "direct", _("直接判定")
    COMBINED = "combined", _("综合判定")


class EndKind(TextChoices):
    VOID = "void", _("作废")
    MERGE = "merge", _("合并")


OPEN, ASSIGNED, SUBMITTED = HazardState.OPEN, HazardState.ASSIGNED, HazardState.SUBMITTED
REPORTED, ACCEPTED = HazardState.REPORTED, HazardState.ACCEPTED
CLOSED = HazardState.CLOSED

LIVE_STATES = (OPEN, ASSIGNED, SUBMITTED, REPORTED, ACCEPTED)
"""States in which a hazard is still in the ledger waiting for somebody."""

CLOCK_STATES = (OPEN, ASSIGNED, REPORTED)
"""States in which the unit's deadline runs, unless its clock was stopped by an acceptance.

A report-up alone stops nothing; once rectified and handed in, the next move is the verifier's.
"""

COMMITTED_STATES = (ASSIGNED, SUBMITTED, CLOSED)
"""States that a major hazard can only be in with its four (三.4)."""

ENDED_STATES = (HazardState.VOID, HazardState.MERGED)

OWN_SOURCES = (
    HazardSource.SELF_CHECK,
    HazardSource.PATROL,
    HazardSource.DRILL,
    HazardSource.DAILY_REVIEW,
)
"""What a unit finds itself; it verifies such a hazard itself unless it is major."""

HAZARD_FLOW = Workflow(
    Step("assign", frozenset({OPEN, ACCEPTED}), ASSIGNED, "hazards.assign", gettext_noop("指派")),
    Step("submit", frozenset({ASSIGNED}), SUBMITTED, "hazards.rectify", gettext_noop("提交复查")),
    Step("reject", frozenset({SUBMITTED}), ASSIGNED, "hazards.verify", gettext_noop("退回")),
    Step("close", frozenset({SUBMITTED}), CLOSED, "hazards.verify", gettext_noop("销号")),
    Step(
        "report_up",
        frozenset({OPEN, ASSIGNED, ACCEPTED}),
        REPORTED,
        "hazards.report_up",
        gettext_noop("上报"),
    ),
    Step("accept_up", frozenset({REPORTED}), ACCEPTED, "hazards.answer", gettext_noop("受理")),
    Step("send_back", frozenset({REPORTED}), OPEN, "hazards.answer", gettext_noop("退回上报")),
    Step(
        "void",
        frozenset({OPEN, ASSIGNED, SUBMITTED}),
        HazardState.VOID,
        "hazards.void",
        gettext_noop("作废"),
    ),
    Step(
        "merge",
        frozenset({OPEN, ASSIGNED, SUBMITTED}),
        HazardState.MERGED,
        "hazards.void",
        gettext_noop("合并"),
    ),
    Step("reopen", frozenset({CLOSED}), OPEN, "hazards.verify", gettext_noop("重新打开")),
)

_REQUESTED = frozenset({RequestState.REQUESTED})

REQUEST_FLOW = Workflow(
    Step("approve", _REQUESTED, RequestState.APPROVED, "hazards.verify", gettext_noop("同意")),
    Step("refuse", _REQUESTED, RequestState.REFUSED, "hazards.verify", gettext_noop("不同意")),
    Step("withdraw", _REQUESTED, RequestState.WITHDRAWN, "hazards.verify", gettext_noop("失效")),
)
