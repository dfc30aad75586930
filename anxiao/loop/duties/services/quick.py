"""The hot road of facts: rows instead of objects, one statement a step, both databases alike.

Every submission of every phone passes here, so nothing is compiled, fetched or built that the
common case does not need. Locks are the caller's; see ``locks``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from anxiao.foundation.access import rows as quick


class Found(NamedTuple):
    """A duty of the unit that facts prove, with the cell they fall into (``cell_id`` None: there
    is none yet). ``ready`` says that the cell counts as soon as enough is done; ``more`` is how
    many facts there are.
    """

    duty_id: int
    county_id: int
    town_id: int | None
    valid_days: int | None
    cell_id: int | None
    period_key: str
    done: int
    needed: int
    met: bool
    ready: bool
    more: int

    @property
    def plain(self) -> bool:
        """Whether counting is adding: the cell is there and no validity runs."""
        return self.cell_id is not None and self.valid_days is None

    @property
    def steady(self) -> bool:
        """Whether the facts surely leave the cell met or unmet, whoever else writes."""
        return self.plain and (self.met or self.done + self.more < self.needed)

    @property
    def crosses(self) -> bool:
        """Whether the facts make the cell met."""
        return self.ready and not self.met and self.done + self.more >= self.needed


def cells_for(unit_id: int, kinds: Mapping[str, int], day: date) -> list[Found]:
    """The duties of a unit that facts of ``day`` prove, with their cells.

    ``kinds`` says how many facts there are of each kind; a duty may be proved by several kinds.
    """
    on = quick.day(day)
    names = list(kinds)
    rows = quick.many(_FIND.format(marks=quick.marks(names)), [on, on, unit_id, *names])
    more: Counter[int] = Counter()
    for kind, duty_id, *_cell in rows:
        more[duty_id] += kinds[kind]
    once = {row[1]: row for row in rows}
    return [
        Found(
            duty_id=row[1],
            county_id=row[2],
            town_id=row[3],
            valid_days=row[4],
            cell_id=row[5],
            period_key=row[6] or "",
            done=row[7] or 0,
            needed=row[8] or 0,
            met=bool(row[9]),
            ready=bool(row[10]),
            more=more[row[1]],
        )
        for row in once.values()
    ]


def add_facts(cells: Sequence[Found]) -> None:
    """Count more facts in cells that are all plain; ``met`` follows."""
    for more, ids in _by_number(cells):
        quick.write(_ADD.format(marks=quick.marks(ids)), [more, more, *ids])


def add_steadily(cells: Sequence[Found]) -> None:
    """Count more facts in cells that are all steady; nothing else of them is touched."""
    for more, ids in _by_number(cells):
        quick.write(_ADD_STEADILY.format(marks=quick.marks(ids)), [more, *ids])


def _by_number(cells: Sequence[Found]) -> Iterable[tuple[int, list[int | None]]]:
    """Cells by how many facts they get; as a rule all get the same."""
    groups: dict[int, list[int | None]] = {}
    for cell in cells:
        groups.setdefault(cell.more, []).append(cell.cell_id)
    return groups.items()


def roll_crossed(cells: Sequence[Found]) -> None:
    """One more unit has met these duties: in its town's and its county's rollups."""
    for cell in cells:
        town = cell.town_id or cell.county_id
        quick.write(_CROSS, [cell.duty_id, cell.period_key, town, cell.county_id])


# CROSS JOIN keeps SQLite to this order: from the unit's few bindings, not from all plans' kinds.
_FIND = """
SELECT k.kind, b.duty_id, b.county_id, b.town_id, d.valid_days, t.id, t.period_key, t.done,
  t.needed, t.met, t.owed AND NOT t.exempt AND NOT t.lapsed
FROM duties_binding b
CROSS JOIN duties_dutyevidence k
CROSS JOIN duties_duty d
LEFT JOIN duties_tally t ON t.unit_id = b.unit_id AND t.duty_id = b.duty_id
  AND t.counts_from <= %s AND t.ends_on > %s
WHERE b.unit_id = %s AND k.duty_id = b.duty_id AND k.kind IN ({marks}) AND d.id = b.duty_id
ORDER BY b.duty_id
"""

_ADD_STEADILY = "UPDATE duties_tally SET done = done + %s WHERE id IN ({marks})"

_ADD = """
UPDATE duties_tally SET done = done + %s,
  met = owed AND NOT exempt AND NOT lapsed AND done + %s >= needed
WHERE id IN ({marks})
"""

_CROSS = """
UPDATE duties_rollup SET met = met + 1
WHERE duty_id = %s AND period_key = %s AND org_id IN (%s, %s)
"""
