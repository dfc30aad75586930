"""How the duties of one unit stand: read as rows, current with the last fact written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from anxiao.foundation.kernel.periods import Status
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Duty, Plan
from anxiao.loop.duties.rules import cell_status

PLANS_KEPT = 64


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
    """How one duty of a unit stands: its present cell, if any, and what was missed before."""

    duty: Duty
    cell: Cell | None
    status: Status
    missed: int = 0


class Missed(NamedTuple):
    """How often a duty was owed and not met, in all versions of its plan; the newest of them."""

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


def unit_status(unit: Org, day: date, plan: Plan | None = None) -> list[DutyStatus]:
    """All duties that bind ``unit`` with how each stands on ``day``, in the notice's order.

    Of all published plans, or of one. ``missed`` counts the past periods that were not met, under
    whatever version of the plan; a duty that binds no more is told as long as some are. Two
    statements.
    """
    cells: dict[int, dict[int, Cell | None]] = defaultdict(dict)
    for plan_id, duty_id, cell in _present(unit.pk, day):
        if plan is None or plan_id == plan.pk:
            cells[plan_id][duty_id] = cell
    missed: dict[tuple[int, str], list[Missed]] = defaultdict(list)
    for each in _missed(unit.pk, day):
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
    on = connection.ops.adapt_datefield_value(day)
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [on, on, unit_id])
        for plan_id, duty_id, *cell in cursor.fetchall():
            yield plan_id, duty_id, Cell._make(cell) if cell[0] is not None else None


def _missed(unit_id: int, day: date) -> list[Missed]:
    on = connection.ops.adapt_datefield_value(day)
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, [unit_id, on, on])
        return [Missed._make(row) for row in cursor.fetchall()]


_PRESENT = """
SELECT d.plan_id, d.id, t.id, t.period_key, t.starts_on, t.ends_on, t.due_on, t.needed, t.done,
  t.owed, t.exempt, t.lapsed
FROM duties_binding b
JOIN duties_duty d ON d.id = b.duty_id
JOIN duties_plan p ON p.id = d.plan_id
LEFT JOIN duties_tally t ON t.unit_id = b.unit_id AND t.duty_id = b.duty_id
  AND t.starts_on <= %s AND t.ends_on > %s
WHERE b.unit_id = %s AND b.until_on IS NULL AND p.state = 'published'
"""

_MISSED = """
SELECT p.issuer_id, p.code, d.code, MAX(p.id), MAX(d.id), COUNT(*)
FROM duties_tally t
JOIN duties_duty d ON d.id = t.duty_id
JOIN duties_plan p ON p.id = d.plan_id
WHERE t.unit_id = %s AND t.ends_on <= %s AND t.due_on < %s
  AND NOT t.exempt AND NOT t.met AND t.owed
GROUP BY p.issuer_id, p.code, d.code
"""
