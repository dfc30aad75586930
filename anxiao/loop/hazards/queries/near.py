"""The units whose hazards concern a post: as ids, so that a ledger is read through its indexes."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from anxiao.foundation.access import rows as quick
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.states import OWN_SOURCES, HazardLevel

MOST_IDS = 500
"""Units right below that are named one by one; SQLite takes 32,766 values, older ones 999."""

# Three reads by key and one by parent: an OR over the same joins would read every unit there is.
_NEAR = """
SELECT o.id, o.parent_id IS NULL, FALSE FROM orgs_org o WHERE o.id = %s
UNION ALL SELECT o.id, o.parent_id IS NULL, FALSE FROM orgs_org o WHERE o.merged_into_id = %s
UNION ALL SELECT o.id, o.parent_id IS NULL, FALSE
FROM orgs_org last JOIN orgs_org o ON o.merged_into_id = last.id WHERE last.merged_into_id = %s
UNION ALL SELECT few.id, FALSE, TRUE
FROM (SELECT o.id FROM orgs_org o WHERE o.parent_id = %s LIMIT %s) few
"""


@dataclass(frozen=True, slots=True)
class Near:
    """``kept``: the unit ``org_id`` and those merged into it, in two mergers at most; ``roots``:
    those of them with no level above; ``below``: the units right below, ``None`` if too many.
    """

    org_id: int
    kept: tuple[int, ...]
    roots: tuple[int, ...]
    below: tuple[int, ...] | None

    @classmethod
    def to(cls, org_id: int) -> Self:
        """What is near the unit ``org_id``; one query."""
        found = quick.many(_NEAR, [org_id, org_id, org_id, org_id, MOST_IDS + 1])
        below = tuple(pk for pk, _root, lower in found if lower)
        return cls(
            org_id,
            kept=tuple(pk for pk, _root, lower in found if not lower),
            roots=tuple(pk for pk, root, lower in found if root and not lower),
            below=below if len(below) <= MOST_IDS else None,
        )

    def kept_here(self, org: str = "org") -> Q:
        """Hazards of the unit and of those that were merged into it; ``org`` leads to the unit."""
        return Q(**{f"{org}__in": self.kept})

    def right_below(self, org: str = "org") -> Q:
        """Hazards of the units right below."""
        if self.below is not None:
            return Q(**{f"{org}__in": self.below})
        return Q(**{f"{org}__in": Org.objects.filter(parent=self.org_id).values("pk")})

    def verified_here(self, hazard: str = "", also: Q | None = None) -> Q:
        """``rules.verified_above`` seen from the unit: hazards that it verifies.

        ``hazard`` leads to the hazard (``"hazard__"``). ``also`` narrows either half, not their
        sum: each half has an index of its own to be found by.
        """
        org, narrowed = f"{hazard}org", also or Q()
        by_unit = Q(**{f"{hazard}source__in": OWN_SOURCES, f"{hazard}level": HazardLevel.ORDINARY})
        root = Q(**{f"{org}__in": self.roots})
        own = narrowed & self.kept_here(org) & (by_unit | root)
        return own | narrowed & self.right_below(org) & ~by_unit
