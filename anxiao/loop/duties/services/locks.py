"""Who waits for whom: units first, lowest id first, then the county; never the other way.
A county that owes duties itself stands among the units and is locked as the last of them.

A fact locks its unit, and its county only when a rollup or a new cell is at stake. On SQLite
transactions are immediate and the locks are none. ``NO KEY UPDATE`` lets rows that merely point at
the unit be written meanwhile.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from anxiao.foundation.access import rows as quick
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgKind

_LOCK = """
SELECT id FROM orgs_org WHERE id IN ({marks}) ORDER BY kind = 'county', id FOR NO KEY UPDATE
"""


def lock_unit(unit_id: int) -> None:
    """Make other writers of this unit's cells wait until this transaction ends."""
    _lock([unit_id])


def lock_units(units: Iterable[int] | QuerySet[Org]) -> None:
    """Make other writers of these units' cells wait until this transaction ends."""
    if not isinstance(units, QuerySet):
        _lock(sorted(set(units)))
    elif connection.features.has_select_for_update:
        counties_last = ExpressionWrapper(Q(kind=OrgKind.COUNTY), BooleanField())
        locked = units.select_for_update(no_key=True).order_by(counties_last, "pk")
        list(locked.values_list("pk"))


def lock_county(county_id: int) -> None:
    """Make other writers of this county's rollups and new cells wait."""
    _lock([county_id])


def _lock(ids: Sequence[int]) -> None:
    if ids and connection.features.has_select_for_update:
        quick.many(_LOCK.format(marks=quick.marks(ids)), ids)
