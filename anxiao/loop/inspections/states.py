"""Words of inspections."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.workflow import Step, Workflow


class InspectionKind(TextChoices):
    SELF_CHECK = "self_check", _("自查")
    PATROL = "patrol", _("巡查")
    SUPERIOR = "superior", _("上级检查")
    JOINT = "joint", _("联合检查")
    CAMPAIGN = "campaign", _("专项整治")


class Answer(TextChoices):
    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NA = "na", _("不涉及")


class ChecklistState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("启用")
    RETIRED = "retired", _("停用")


CHECKLIST_FLOW = Workflow(
    Step(
        "publish",
        frozenset({ChecklistState.DRAFT}),
        ChecklistState.PUBLISHED,
        "inspections.checklists",
        "启用",
    ),
    Step(
        "retire",
        frozenset({ChecklistState.PUBLISHED}),
        ChecklistState.RETIRED,
        "inspections.checklists",
        "停用",
    ),
)
