"""The hot road of one fact: rows instead of objects, one statement a step, both databases alike.

Every submission of every phone passes here, so nothing is compiled, fetched or built that the
common case does not need. Locks are the caller's; see ``locks``.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection


class Fact(NamedTuple):
    """A fact as its row says it."""

    unit_id: int
    county_id: int
    kind: str
    happened_on: date
    recorded_at: datetime
    recorded_by: int | None
    source: str
    late_reason: str
    note: str


class Found(NamedTuple):
    """A duty of the unit that the fact proves, with the cell it falls into (``cell_id`` None: there
    is none yet). ``ready`` says that the cell counts as soon as enough is done.
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

    @property
    def plain(self) -> bool:
        """Whether counting it is adding one: the cell is there and no validity runs."""
        return self.cell_id is not None and self.valid_days is None

    @property
    def steady(self) -> bool:
        """Whether one more fact surely leaves the cell met or unmet, whoever else writes."""
        return self.plain and (self.met or self.done + 1 < self.needed)

    @property
    def crosses(self) -> bool:
        """Whether one more fact makes the cell met."""
        return self.ready and not self.met and self.done + 1 >= self.needed


def insert_fact(fact: Fact) -> bool:
    """Write a fact; ``False`` if its source is known."""
    adapt = connection.ops
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                fact.unit_id,
                fact.county_id,
                fact.kind,
                adapt.adapt_datefield_value(fact.happened_on),
                adapt.adapt_datetimefield_value(fact.recorded_at),
                fact.recorded_by,
                fact.source,
                fact.late_reason,
                fact.note,
            ],
        )
        return int(cursor.rowcount) == 1


def cells_for(unit_id: int, kind: str, day: date) -> list[Found]:
    """The duties of a unit that a fact of ``kind`` on ``day`` proves, with their cells."""
    on = connection.ops.adapt_datefield_value(day)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [on, on, unit_id, kind])
        return [
            Found(
                duty_id=row[0],
                county_id=row[1],
                town_id=row[2],
                valid_days=row[3],
                cell_id=row[4],
                period_key=row[5] or "",
                done=row[6] or 0,
                needed=row[7] or 0,
                met=bool(row[8]),
                ready=bool(row[9]),
            )
            for row in cursor.fetchall()
        ]


def add_one(cells: Sequence[Found]) -> None:
    """Count one more fact in cells that are all plain; ``met`` follows."""
    ids = [cell.cell_id for cell in cells]
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(marks=", ".join(["%s"] * len(ids))), ids)


def add_steadily(cells: Sequence[Found]) -> None:
    """Count one more fact in cells that are all steady; nothing else of them is touched."""
    ids = [cell.cell_id for cell in cells]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_STEADILY.format(marks=", ".join(["%s"] * len(ids))), ids)


def roll_crossed(cells: Sequence[Found]) -> None:
    """One more unit has met these duties: in its town's and its county's rollups."""
    with connection.cursor() as cursor:
        for cell in cells:
            town = cell.town_id or cell.county_id
            cursor.execute(_CROSS, [cell.duty_id, cell.period_key, town, cell.county_id])


_INSERT = """
INSERT INTO duties_evidence (unit_id, county_id, kind, happened_on, recorded_at, recorded_by_id,
  source, late_reason, note)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (source) DO NOTHING
"""

# CROSS JOIN keeps SQLite to this order: from the unit's few bindings, not from all plans' kinds.
_FIND = """
SELECT b.duty_id, b.county_id, b.town_id, d.valid_days, t.id, t.period_key, t.done, t.needed, t.met,
  t.owed AND NOT t.exempt AND NOT t.lapsed
FROM duties_binding b
CROSS JOIN duties_dutyevidence k
CROSS JOIN duties_duty d
LEFT JOIN duties_tally t ON t.unit_id = b.unit_id AND t.duty_id = b.duty_id
  AND t.counts_from <= %s AND t.ends_on > %s
WHERE b.unit_id = %s AND k.duty_id = b.duty_id AND k.kind = %s AND d.id = b.duty_id
ORDER BY b.duty_id
"""

_ADD_STEADILY = "UPDATE duties_tally SET done = done + 1 WHERE id IN ({marks})"

_ADD = """
UPDATE duties_tally SET done = done + 1,
  met = owed AND NOT exempt AND NOT lapsed AND done + 1 >= needed
WHERE id IN ({marks})
"""

_CROSS = """
UPDATE duties_rollup SET met = met + 1
WHERE duty_id = %s AND period_key = %s AND org_id IN (%s, %s)
"""
