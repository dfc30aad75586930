"""What becomes of a refused body, and who may have sent one."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.workflow import Step, Workflow

SENT_WITH: Mapping[str, tuple[str, ...]] = {
    "inspections.inspection": ("inspections.inspect", "inspections.superior"),
    "hazards.hazard": ("hazards.open",),
}
"""Kinds of records by subject: whoever holds one of the capabilities may send and settle them."""
SENDS = tuple(name for names in SENT_WITH.values() for name in names)
"""Whoever holds one of these may have something in the box."""


def subjects_of(actor: Actor) -> list[str]:
    """The kinds of records that the actor may send somewhere."""
    return [each for each, names in SENT_WITH.items() if any(map(actor.may_somewhere, names))]


class RefusedState(TextChoices):
    KEPT = "kept", _("待核对")
    DROPPED = "dropped", _("已不要")
    SAVED = "saved", _("已另存为新记录")


SETTLING = Workflow(
    Step("drop", frozenset({RefusedState.KEPT}), RefusedState.DROPPED, ""),
    Step("save", frozenset({RefusedState.KEPT}), RefusedState.SAVED, ""),
)
"""Only the sender takes these steps; the new record asks for the rights that any record does."""
