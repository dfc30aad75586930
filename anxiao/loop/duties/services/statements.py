"""The set-based SQL of tallies and rollups: one text for both databases, two words apart.

SQLite and PostgreSQL differ only in how days are added to a date. Nothing here checks rights or
takes locks; see ``locks``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """A period of a duty under one calendar: ``owed`` as far as the calendar decides it, ``whole``
    for periods that are the plan itself.
    """

    duty_id: int
    key: str
    start: date
    end: date
    counts_from: date
    due_on: date
    needed: int
    owed: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cells of a county: all, or those of some duties, and among them of some periods.

    ``cells`` are ids of single ones; rollups know nothing of them.
    """

    county_id: int
    duties: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()

    def where(self, table: str) -> tuple[str, list[Any]]:
        """The condition on ``table`` with its parameters."""
        words, values = [f"{table}.county_id = %s"], [self.county_id]
        named = (("duty_id", self.duties), ("period_key", self.keys), ("id", self.cells))
        for column, each in named:
            if each:
                words.append(f"{table}.{column} IN ({_marks(each)})")
                values += each  # type: ignore[arg-type]
        return " AND ".join(words), values


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell whose stored count is not what its evidence says."""

    unit_id: int
    duty_id: int
    period_key: str
    stored: tuple[int, bool, str]
    counted: tuple[int, bool, str]


@dataclass(frozen=True, slots=True)
class RollupDifference:
    """A rollup that is not the sum of its cells; ``(owed, met)``, ``None`` where there is none."""

    org_id: int
    duty_id: int
    period_key: str
    stored: tuple[int, int] | None
    counted: tuple[int, int] | None


def open_periods(
    county_id: int,
    periods: Sequence[OpenPeriod],
    *,
    only: Sequence[int] = (),
    but: Sequence[int] = (),
) -> int:
    """Open the cells of ``periods`` for all bound units (``only`` some, or all ``but`` some).

    Returns how many were opened; those already there stay as they are, unless a late entry came
    before their day was made good.
    """
    if not periods:
        return 0
    rows = " UNION ALL SELECT ".join([_PERIOD_NAMED, *[_PERIOD] * (len(periods) - 1)])
    values: list[Any] = [value for each in periods for value in _values(each)]
    sql = _OPEN.format(rows=rows)
    values.append(county_id)
    for word, ids in (("IN", only), ("NOT IN", but)):
        if ids:
            sql += f" AND b.unit_id {word} ({_marks(ids)})"
            values += ids
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} {_MAKE_GOOD}", values)
        return int(cursor.rowcount)


def count_cells(scope: Scope, day: date) -> int:
    """Set counts and marks of the cells in ``scope`` to what evidence says on ``day``.

    Returns how many were wrong; those that are right are not written again.
    """
    where, values = scope.where("t")
    words = _words(where)
    lapsed = _LAPSED.format(**words)
    today = [connection.ops.adapt_datefield_value(day)] * 4  # twice two before and after FROM
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(**words, lapsed=lapsed, enough=_ENOUGH), [*today, *values, *today]
        )
        return int(cursor.rowcount)


def rebuild_rollups(scope: Scope) -> None:
    """Set the rollups in ``scope`` to the sums of their cells."""
    sums, values = _sums(scope)
    where, scoped = scope.where("duties_rollup")
    with connection.cursor() as cursor:
        cursor.execute(_DROP.format(where=where), scoped)
        cursor.execute(_ROLL.format(sums=sums), values)


def cell_differences(scope: Scope) -> list[CellDifference]:
    """Cells whose stored counts differ from their evidence."""
    where, values = scope.where("t")
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT.format(**_words(where), enough=_ENOUGH), values)
        return [
            CellDifference(
                row[0],
                row[1],
                row[2],
                (row[3], bool(row[4]), str(row[5] or "")),
                (row[6], bool(row[7]), str(row[8] or "")),
            )
            for row in cursor.fetchall()
        ]


def rollup_differences(scope: Scope) -> list[RollupDifference]:
    """Rollups that differ from the sums of the stored cells, missing and superfluous ones too."""
    sums, values = _sums(scope)
    where, scoped = scope.where("r")
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED.format(sums=sums, where=where), [*values, *scoped])
        return [
            RollupDifference(row[0], row[1], row[2], _pair(row[3:5]), _pair(row[5:7]))
            for row in cursor.fetchall()
        ]


def _pair(values: Sequence[Any]) -> tuple[int, int] | None:
    return None if values[0] is None else (int(values[0]), int(values[1]))


def _values(period: OpenPeriod) -> Iterable[Any]:
    adapt = connection.ops.adapt_datefield_value
    days = [adapt(day) for day in (period.start, period.end, period.counts_from, period.due_on)]
    return (
        period.duty_id,
        period.key,
        *days,
        period.needed,
        period.owed,
        period.whole,
    )


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _add_days(day: str, days: str) -> str:
    """``day`` + ``days`` in the words of the database."""
    if connection.vendor == "postgresql":
        return f"({day} + CAST({days} AS integer))"
    return f"date({day}, '+' || {days} || ' days')"


def _words(where: str) -> dict[str, str]:
    """What the statements about facts are filled in with."""
    valid = _add_days("MAX(e.happened_on)", "d.valid_days")
    return {
        "facts": _FACTS.format(where=where, cell=_CELL[connection.vendor]),
        "valid": f"CASE WHEN d.valid_days IS NULL THEN NULL ELSE {valid} END",
    }


def _sums(scope: Scope) -> tuple[str, list[Any]]:
    where, values = scope.where("t")
    return _SUMS.format(where=where), values


_PERIOD_NAMED = (
    "%s AS duty_id, %s AS key, %s AS starts_on, %s AS ends_on, %s AS counts_from, %s AS due_on,"
    " %s AS needed, %s AS owed, %s AS whole"
)
_PERIOD = ", ".join(["%s"] * 9)

# The periods come first, so that only bindings of their duties are read: SQLite keeps the order of
# a CROSS JOIN, and PostgreSQL finds its own.
_OPEN = """
INSERT INTO duties_tally (duty_id, unit_id, county_id, town_id, period_key, starts_on, ends_on,
  counts_from, due_on, needed, done, owed, exempt, met, valid_until, lapsed, late)
SELECT b.duty_id, b.unit_id, b.county_id, b.town_id, p.key, p.starts_on, p.ends_on, p.counts_from,
  p.due_on, p.needed, 0,
  p.owed AND (p.whole OR b.from_on <= p.starts_on)
    AND (b.until_on IS NULL OR b.until_on >= p.ends_on),
  FALSE, FALSE, NULL, FALSE, FALSE
FROM (SELECT {rows}) p CROSS JOIN duties_binding b
WHERE b.duty_id = p.duty_id AND b.county_id = %s AND b.from_on < p.ends_on
  AND (b.until_on IS NULL OR b.until_on > p.starts_on)
"""

_MAKE_GOOD = """
ON CONFLICT (unit_id, duty_id, period_key) DO UPDATE SET owed = excluded.owed, late = FALSE
WHERE duties_tally.late
"""

_FACTS = """
FROM duties_tally t
JOIN duties_duty d ON d.id = t.duty_id
LEFT JOIN duties_dutyevidence k ON k.duty_id = t.duty_id
LEFT JOIN duties_evidence e ON e.unit_id = t.unit_id AND e.kind = k.kind
  AND e.happened_on >= t.counts_from AND e.happened_on < t.ends_on AND e.revoked_at IS NULL
WHERE {where}
GROUP BY {cell}
"""

# What tells cells apart. SQLite goes through them in the order of this key, so that the facts of a
# unit are read together; PostgreSQL knows that all columns of a cell hang on its id.
_CELL = {
    "postgresql": "t.id, d.valid_days",
    "sqlite": "t.unit_id, t.duty_id, t.period_key",
}

_ENOUGH = "t.owed AND NOT t.exempt AND COUNT(e.id) >= t.needed"

# An ended period keeps its mark; a running one has lapsed if its proof ran out before the day.
_LAPSED = "CASE WHEN t.ends_on <= %s THEN t.lapsed ELSE COALESCE({valid} < %s, FALSE) END"

# Only what is wrong is handed on to be written.
_COUNT = """
UPDATE duties_tally SET done = n.done, valid_until = n.valid_until, lapsed = n.lapsed, met = n.met
FROM (
  SELECT t.id, COUNT(e.id) AS done, {valid} AS valid_until, {lapsed} AS lapsed,
    {enough} AND NOT ({lapsed}) AS met
  {facts}
  HAVING t.done <> COUNT(e.id) OR t.lapsed <> ({lapsed})
    OR t.met <> ({enough} AND NOT ({lapsed})) OR t.valid_until IS DISTINCT FROM {valid}
) n
WHERE n.id = duties_tally.id
"""

_DIFFERENT = """
SELECT t.unit_id, t.duty_id, t.period_key, t.done, t.met, t.valid_until, COUNT(e.id),
  {enough} AND NOT t.lapsed, {valid}
{facts}
HAVING t.done <> COUNT(e.id)
  OR t.met <> ({enough} AND NOT t.lapsed)
  OR t.valid_until IS DISTINCT FROM {valid}
ORDER BY t.unit_id, t.duty_id, t.period_key
"""

_SUMS = """
WITH sums AS (
  SELECT t.duty_id, t.county_id, t.town_id, t.period_key, MIN(t.starts_on) AS starts_on,
    MAX(t.ends_on) AS ends_on, MAX(t.due_on) AS due_on,
    SUM(CASE WHEN t.owed AND NOT t.exempt THEN 1 ELSE 0 END) AS owed,
    SUM(CASE WHEN t.met THEN 1 ELSE 0 END) AS met
  FROM duties_tally t WHERE {where}
  GROUP BY t.duty_id, t.county_id, t.town_id, t.period_key
), counted AS (
  SELECT duty_id, town_id AS org_id, county_id, period_key, starts_on, ends_on, due_on, owed, met
  FROM sums WHERE town_id IS NOT NULL
  UNION ALL
  SELECT duty_id, county_id AS org_id, county_id, period_key, MIN(starts_on), MAX(ends_on),
    MAX(due_on), SUM(owed), SUM(met)
  FROM sums GROUP BY duty_id, county_id, period_key
)
"""

_ROLL = """
{sums}
INSERT INTO duties_rollup (duty_id, org_id, county_id, period_key, starts_on, ends_on, due_on,
  owed, met)
SELECT duty_id, org_id, county_id, period_key, starts_on, ends_on, due_on, owed, met
FROM counted WHERE TRUE
ON CONFLICT (org_id, duty_id, period_key) DO UPDATE SET starts_on = excluded.starts_on,
  ends_on = excluded.ends_on, due_on = excluded.due_on, owed = excluded.owed, met = excluded.met
"""

_COMPARED = """
{sums}
SELECT COALESCE(c.org_id, r.org_id), COALESCE(c.duty_id, r.duty_id),
  COALESCE(c.period_key, r.period_key), r.owed, r.met, c.owed, c.met
FROM counted c
FULL OUTER JOIN (SELECT * FROM duties_rollup r WHERE {where}) r
  ON r.org_id = c.org_id AND r.duty_id = c.duty_id AND r.period_key = c.period_key
WHERE r.owed IS DISTINCT FROM c.owed OR r.met IS DISTINCT FROM c.met
ORDER BY 1, 2, 3
"""

_DROP = """
DELETE FROM duties_rollup WHERE {where} AND NOT EXISTS (
  SELECT 1 FROM duties_tally t
  WHERE t.county_id = duties_rollup.county_id AND t.duty_id = duties_rollup.duty_id
    AND t.period_key = duties_rollup.period_key)
"""
