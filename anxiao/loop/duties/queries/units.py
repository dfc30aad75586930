"""How the duties of one unit stand: read as rows, current with the last fact written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from anxiao.foundation.access import rows as quick
from anxiao.foundation.kernel.calendar import school_year_start
from anxiao.foundation.kernel.periods import Status
from anxiao.loop.duties.models import Duty, Plan
from anxiao.loop.duties.rules import cell_status

PLANS_KEPT = 64
LATEST_DUE = timedelta(days=100)
"""What a period ended before asks for is due no later than so long after."""


class Cell(NamedTuple):
    """A cell as its row says it; see ``Tally``."""

    pk: int
    period_key: str
    starts_on: date
    ends_on: date
    due_on: date
    needed: int
    done: int
    owed: bool
    exempt: bool
    lapsed: bool

    def status(self, day: date) -> Status:
        """How it stands on ``day``."""
        flags = (bool(self.owed), bool(self.exempt), bool(self.lapsed))
        return cell_status(
            done=self.done, needed=self.needed, due=self.due_on, day=day, flags=flags
        )


@dataclass(frozen=True, slots=True)
class DutyStatus:
    """How one duty of a unit stands: its present cell, if any, and what was missed before in the
    school year.
    """

    duty: Duty
    cell: Cell | None
    status: Status
    missed: int = 0


class Missed(NamedTuple):
    """How often a duty was owed and not met this school year, in all versions of its plan; the
    newest of them.
    """

    issuer_id: int
    plan_code: str
    duty_code: str
    plan_id: int
    duty_id: int
    times: int


@lru_cache(maxsize=PLANS_KEPT)
def duties_of(plan_id: int) -> Mapping[int, Duty]:
    """The duties of a plan once published by id, in the notice's order, with clause and plan.

    Kept in memory, since nothing of them changes but the state of the plan: do not ask them for it.
    """
    rows = Duty.objects.filter(plan=plan_id).select_related("clause", "plan")
    return {duty.pk: duty for duty in rows.order_by("clause__position", "id")}


def unit_status(unit_id: int, day: date, plan: Plan | None = None) -> list[DutyStatus]:
    """All duties that bind a unit with how each stands on ``day``, in the notice's order.

    Of all published plans, or of one. ``missed`` counts the past periods of the school year that
    were not met, under whatever version of the plan; a duty that binds no more is told as long as
    some are. What was missed in former years stays in the registers: counting it here would cost
    more with each year. Three statements.
    """
    cells: dict[int, dict[int, Cell | None]] = defaultdict(dict)
    for plan_id, duty_id, cell in _present(unit_id, day):
        if plan is None or plan_id == plan.pk:
            cells[plan_id][duty_id] = cell
    missed: dict[tuple[int, str], list[Missed]] = defaultdict(list)
    for each in _missed(unit_id, day):
        missed[each.issuer_id, each.plan_code].append(each)
    return [
        standing
        for plan_id in sorted(cells)
        for standing in _of_plan(plan_id, cells[plan_id], missed, day)
    ]


def _of_plan(
    plan_id: int,
    cells: Mapping[int, Cell | None],
    missed: Mapping[tuple[int, str], list[Missed]],
    day: date,
) -> Iterator[DutyStatus]:
    duties = duties_of(plan_id)
    head = next(iter(duties.values())).plan
    before = {each.duty_code: each for each in missed.get((head.issuer_id, head.code), ())}
    for duty_id, duty in duties.items():
        if duty_id in cells:
            cell = cells[duty_id]
            status = cell.status(day) if cell else Status.NOT_OWED
            past = before.pop(duty.code, None)
            yield DutyStatus(duty, cell, status, past.times if past else 0)
    for past in before.values():
        duty = duties_of(past.plan_id)[past.duty_id]
        yield DutyStatus(duty, None, Status.NOT_OWED, past.times)


def _present(unit_id: int, day: date) -> Iterator[tuple[int, int, Cell | None]]:
    on = quick.day(day)
    cells = {duty: _cell(*cell) for duty, *cell in quick.many(_CELLS, [unit_id, on, on])}
    for plan_id, duty_id in quick.many(_BOUND, [unit_id]):
        yield plan_id, duty_id, cells.get(duty_id)


def _cell(pk: int, key: str, starts: str, ends: str, due: str, *rest: Any) -> Cell:
    read = date.fromisoformat
    return Cell(pk, key, read(starts), read(ends), read(due), *rest)


def _missed(unit_id: int, day: date) -> list[Missed]:
    on, begin = quick.day(day), school_year_start(day)
    values = [unit_id, quick.day(begin - LATEST_DUE), quick.day(begin), on, on]
    return [Missed._make(row) for row in quick.many(_MISSED, values)]


_BOUND = """
SELECT d.plan_id, d.id
FROM duties_binding b
JOIN duties_duty d ON d.id = b.duty_id
JOIN duties_plan p ON p.id = d.plan_id
WHERE b.unit_id = %s AND b.until_on IS NULL AND p.state = 'published'
"""

# Days come as text: SQLite's driver reads days one by one, ten times slower.
_CELLS = """
SELECT t.duty_id, t.id, t.period_key, CAST(t.starts_on AS TEXT), CAST(t.ends_on AS TEXT),
  CAST(t.due_on AS TEXT), t.needed, t.done, t.owed, t.exempt, t.lapsed
FROM duties_tally t
WHERE t.unit_id = %s AND t.ends_on > %s AND t.starts_on <= %s
"""

# As the index ``tally_unit_missed`` has it: what was missed is found without what was done.
_MISSED = """
SELECT p.issuer_id, p.code, d.code, MAX(p.id), MAX(d.id), COUNT(*)
FROM duties_tally t
JOIN duties_duty d ON d.id = t.duty_id
JOIN duties_plan p ON p.id = d.plan_id
WHERE t.unit_id = %s AND t.ends_on > %s AND t.due_on >= %s AND t.ends_on <= %s AND t.due_on < %s
  AND NOT t.exempt AND NOT t.met AND t.owed
GROUP BY p.issuer_id, p.code, d.code
"""
