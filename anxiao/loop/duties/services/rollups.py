"""What a cell adds to its rollups, and both written down in few and short statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anxiao.foundation.access import rows as quick
from anxiao.loop.duties.models import Rollup, Tally


@dataclass(frozen=True, slots=True)
class CellChange:
    """How a cell's share in its rollups changed: −1, 0 or 1 each."""

    cell: Tally
    owed: int
    met: int

    @classmethod
    def since(cls, cell: Tally, before: tuple[int, int]) -> "CellChange":
        """What changed since ``counts`` said ``before``."""
        owed, met = counts(cell)
        return cls(cell, owed - before[0], met - before[1])


def counts(cell: Tally) -> tuple[int, int]:
    """What a cell adds to its rollups: ``(owed, met)``."""
    return int(cell.owed and not cell.exempt), int(cell.met)


def settle(cell: Tally) -> None:
    """Set ``met`` from the rest of the cell."""
    cell.met = cell.owed and not cell.exempt and not cell.lapsed and cell.done >= cell.needed


def save_cells(cells: Iterable[Tally], names: Sequence[str]) -> None:
    """Write the fields ``names`` of cells that are there."""
    values = [[*(_plain(getattr(cell, name)) for name in names), cell.pk] for cell in cells]
    quick.write_all(_SAVE.format(words=", ".join(f"{name} = %s" for name in names)), values)


def shift_rollups(changes: Iterable[CellChange]) -> None:
    """Add the changes to the rollups of each cell's town and county; the county must be locked."""
    sums: dict[tuple[int, str, int], list[int]] = defaultdict(lambda: [0, 0])
    cells: dict[tuple[int, str, int], Tally] = {}
    for change in changes:
        for org_id in filter(None, (change.cell.town_id, change.cell.county_id)):
            key = (change.cell.duty_id, change.cell.period_key, org_id)
            sums[key][0] += change.owed
            sums[key][1] += change.met
            cells[key] = change.cell
    missing = [key for key, more in sorted(sums.items()) if not quick.write(_SHIFT, [*more, *key])]
    quick.insert(Rollup, [_new(cells[key], key[2], *sums[key]) for key in missing])


def _new(cell: Tally, org_id: int, owed: int, met: int) -> dict[str, Any]:
    same = ("duty_id", "county_id", "period_key", "starts_on", "ends_on", "due_on")
    return {name: getattr(cell, name) for name in same} | {
        "org_id": org_id,
        "owed": owed,
        "met": met,
    }


def _plain(value: Any) -> Any:
    return quick.day(value) if isinstance(value, date) else value


_SAVE = "UPDATE duties_tally SET {words} WHERE id = %s"
_SHIFT = """
UPDATE duties_rollup SET owed = owed + %s, met = met + %s
WHERE duty_id = %s AND period_key = %s AND org_id = %s
"""
