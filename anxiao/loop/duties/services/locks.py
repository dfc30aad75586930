"""Who waits for whom: units first, lowest id first, then the county; never the other way.
A county that owes duties itself stands among the units and is locked as the last of them.

A fact locks its unit, and its county only when a rollup or a new cell is at stake. On SQLite
transactions are immediate and the locks are none. ``NO KEY UPDATE`` lets rows that merely point at
the unit be written meanwhile.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgKind

_ONE = "SELECT id FROM orgs_org WHERE id = %s FOR NO KEY UPDATE"


def lock_unit(unit_id: int) -> None:
    """Make other writers of this unit's cells wait until this transaction ends."""
    _lock_one(unit_id)


def lock_units(units: Iterable[int] | QuerySet[Org]) -> None:
    """Make other writers of these units' cells wait until this transaction ends."""
    if not connection.features.has_select_for_update:
        return
    rows = units if isinstance(units, QuerySet) else Org.objects.filter(pk__in=list(units))
    counties_last = ExpressionWrapper(Q(kind=OrgKind.COUNTY), BooleanField())
    list(rows.select_for_update(no_key=True).order_by(counties_last, "pk").values_list("pk"))


def lock_county(county_id: int) -> None:
    """Make other writers of this county's rollups and new cells wait."""
    _lock_one(county_id)


def _lock_one(org_id: int) -> None:
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute(_ONE, [org_id])
