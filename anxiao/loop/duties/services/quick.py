"""The hot road of facts: rows instead of objects, one statement a step, both databases alike.

Every submission of every phone passes here, so nothing is compiled, fetched or built that the
common case does not need. Locks are the caller's; see ``locks``.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from anxiao.foundation.access import rows as quick


class Counted(NamedTuple):
    """A cell in which facts were counted, as it is now; ``proved`` duties of the unit are proved
    by their kind. It counts days from ``counts_from`` to before ``ends_on``.
    """

    duty_id: int
    county_id: int
    town_id: int | None
    period_key: str
    done: int
    needed: int
    met: bool
    counts_from: date
    ends_on: date
    proved: int

    def counts(self, day: date) -> bool:
        """Whether facts of ``day`` count here."""
        return self.counts_from <= day < self.ends_on

    def crossed(self, facts: Mapping[date, int]) -> bool:
        """Whether so many ``facts`` of each day have made the cell met."""
        more = sum(number for day, number in facts.items() if self.counts(day))
        return bool(self.met) and self.done - more < self.needed


def count_in(unit_id: int, kind: str, facts: Mapping[date, int]) -> list[Counted]:
    """Count facts of one kind, so many of each day, in the cells they prove; ``met`` follows.

    Cells that are not there, and those whose validity runs, are left to the caller.
    """
    days = [quick.day(day) for day in facts]
    more: list[Any] = [*facts.values()]
    if len(days) > 1:
        more = [value for each in zip(days, days, more, strict=True) for value in each]
    values = [*more, *more, unit_id, max(days), min(days), kind, unit_id, kind]
    return [Counted._make(row) for row in quick.many(_count_in(len(days)), values)]


def proves(unit_id: int, kind: str) -> bool:
    """Whether facts of a kind prove any duty of a unit."""
    return quick.one(_PROVES, [kind, unit_id]) is not None


def roll_crossed(cells: Iterable[Counted]) -> None:
    """One more unit has met these duties: in its town's and its county's rollups."""
    for cell in cells:
        town = cell.town_id or cell.county_id
        quick.write(_CROSS, [cell.duty_id, cell.period_key, town, cell.county_id])


_PROVES = """
SELECT 1 FROM duties_dutyevidence k JOIN duties_binding b ON b.duty_id = k.duty_id
WHERE k.kind = %s AND b.unit_id = %s LIMIT 1
"""


@cache
def _count_in(days: int) -> str:
    """The statement for facts of so many days: a cell gets those of the days that it counts."""
    more = "%s" if days == 1 else " + ".join([_OF_DAY] * days)
    return _COUNT_IN.format(more=more)


_OF_DAY = "CASE WHEN counts_from <= %s AND ends_on > %s THEN %s ELSE 0 END"

# A cell is there only where a duty binds, so bindings are asked for nothing but their number.
_COUNT_IN = """
UPDATE duties_tally SET done = done + {more},
  met = owed AND NOT exempt AND NOT lapsed AND done + {more} >= needed
WHERE unit_id = %s AND counts_from <= %s AND ends_on > %s
  AND duty_id IN (SELECT k.duty_id FROM duties_dutyevidence k WHERE k.kind = %s)
  AND (SELECT d.valid_days FROM duties_duty d WHERE d.id = duty_id) IS NULL
RETURNING duty_id, county_id, town_id, period_key, done, needed, met,
  counts_from, ends_on, (
  SELECT COUNT((SELECT b.id FROM duties_binding b WHERE b.duty_id = k.duty_id AND b.unit_id = %s))
  FROM duties_dutyevidence k WHERE k.kind = %s)
"""

_CROSS = """
UPDATE duties_rollup SET met = met + 1
WHERE duty_id = %s AND period_key = %s AND org_id IN (%s, %s)
"""
