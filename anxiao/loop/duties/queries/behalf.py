"""Who recorded a proof by hand in the stead of a unit: a level above, which is told as such."""

from collections.abc import Collection

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Evidence


def level_above(actor: Actor, unit: Org) -> str:
    """Name of the nearest unit above ``unit`` by whose post ``actor`` may prove its duties.

    ``""`` for who holds such a post at the unit itself; one query for others.
    """
    paths = [path for path in actor.paths("duties.prove") if unit.path.startswith(path)]
    if not paths or unit.path in paths:
        return ""
    nearest = max(paths, key=len)
    return Org.objects.filter(path=nearest).values_list("name", flat=True).first() or ""


def recorded_by_level(evidence_ids: Collection[int]) -> dict[int, str]:
    """The level above that recorded each of these proofs, where one did; one query."""
    lines = Entry.objects.filter(
        subject=Evidence._meta.label_lower, subject_id__in=evidence_ids, action="prove"
    )
    found = lines.values_list("subject_id", "detail")
    return {pk: detail["by_unit"] for pk, detail in found if pk and detail.get("by_unit")}
