"""What becomes of a refused body, and who may have sent one."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.kernel.workflow import Step, Workflow

SENDS = ("inspections.inspect", "inspections.superior", "hazards.open")
"""Whoever holds one of these may send what the box keeps, and settle it."""


class RefusedState(TextChoices):
    KEPT = "kept", _("待核对")
    DROPPED = "dropped", _("已不要")
    SAVED = "saved", _("已另存为新记录")


SETTLING = Workflow(
    Step("drop", frozenset({RefusedState.KEPT}), RefusedState.DROPPED, ""),
    Step("save", frozenset({RefusedState.KEPT}), RefusedState.SAVED, ""),
)
"""Only the sender takes these steps; the new record asks for the rights that any record does."""
