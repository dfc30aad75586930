"""Standing duties whose proof has run out, and the proof that the stored counts are right."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from anxiao.foundation.access.turns import in_turns
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Rollup, Tally
from anxiao.loop.duties.services.locks import lock_county, lock_units
from anxiao.loop.duties.services.rollups import (
    CellChange,
    counts,
    save_cells,
    settle,
    shift_rollups,
)
from anxiao.loop.duties.services.statements import (
    CellDifference,
    RollupDifference,
    Scope,
    cell_differences,
    count_cells,
    rebuild_rollups,
    rollup_differences,
)


def expire_standing(day: date) -> int:
    """Mark standing duties whose newest proof held only until before ``day``; return how many.

    Safe to run twice; one transaction per county.
    """
    lapsing = _lapsing(day).order_by().values_list("county_id", flat=True).distinct()
    return sum(_expire(county_id, day) for county_id in list(lapsing))


@transaction.atomic
def _expire(county_id: int, day: date) -> int:
    lock_county(county_id)
    cells = list(_lapsing(day).filter(county=county_id))
    changes = []
    for cell in cells:
        before = counts(cell)
        cell.lapsed = True
        settle(cell)
        changes.append(CellChange.since(cell, before))
    save_cells(cells, ("lapsed", "met"))
    shift_rollups(each for each in changes if each.met)
    return len(cells)


def _lapsing(day: date) -> QuerySet[Tally]:
    return Tally.objects.filter(valid_until__lt=day, lapsed=False, ends_on__gt=day)


@dataclass(frozen=True, slots=True)
class Differences:
    """What ``recount`` found: cells and rollups that are not what evidence says."""

    cells: tuple[CellDifference, ...]
    rollups: tuple[RollupDifference, ...]

    def __bool__(self) -> bool:
        return bool(self.cells or self.rollups)

    def __len__(self) -> int:
        return len(self.cells) + len(self.rollups)


def recount(county: Org, *, repair_on: date | None = None) -> Differences:
    """Count all cells and rollups of a county anew from evidence and compare with what is stored.

    With ``repair_on`` (today) the stored ones are put right, duty by duty, writers of the county
    waiting for one duty at a time. Set-based: two statements, whatever the size; three more for
    each duty to repair.
    """
    scope = Scope(county.pk)
    found = Differences(tuple(cell_differences(scope)), tuple(rollup_differences(scope)))
    if repair_on is not None:
        kept = (Tally.objects.filter(county=county), Rollup.objects.filter(county=county))
        ids = {
            pk for rows in kept for pk in rows.order_by().values_list("duty", flat=True).distinct()
        }
        for duty_id in in_turns(sorted(ids)):
            _repair(county, duty_id, repair_on)
    return found


@transaction.atomic
def _repair(county: Org, duty_id: int, day: date) -> None:
    lock_units(Org.objects.filter(county=county))
    lock_county(county.pk)
    scope = Scope(county.pk, (duty_id,))
    count_cells(scope, day)
    rebuild_rollups(scope)
