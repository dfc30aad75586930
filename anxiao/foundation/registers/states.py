"""The short life of an uploaded workbook."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.workflow import Step, Workflow


class ImportState(TextChoices):
    UPLOADED = "uploaded", _("待导入")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    DISCARDED = "discarded", _("已放弃")


UPLOADED, APPLYING = ImportState.UPLOADED, ImportState.APPLYING
_MAY = "registers.import"

IMPORT_FLOW = Workflow(
    Step("start", frozenset({UPLOADED}), APPLYING, _MAY, "开始导入"),
    Step("resume", frozenset({APPLYING}), APPLYING, _MAY, "继续导入"),
    Step("give_back", frozenset({APPLYING}), UPLOADED, _MAY, "导入未完成"),
    Step("import", frozenset({APPLYING}), ImportState.APPLIED, _MAY, "导入"),
    Step("discard", frozenset({UPLOADED}), ImportState.DISCARDED, _MAY, "放弃"),
)
