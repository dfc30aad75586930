"""What a rule of 三.4 is and what a clue looks like. Plain values only.

A clue shows facts and leads to an answer; a person decides, never the program.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the notice's last part with the county's parameters.

    ``limit`` counts ``unit``: days are business days of Shanghai after the first, hours run
    from the instant.
    """

    code: str
    clause: str
    notice: str
    title: str
    statement: str
    limit: int
    unit: str
    answer_days: int
    who: str
    confirm: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """One record behind a clue: what it is, what it says, where it stands."""

    label: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Clue:
    """A pattern of facts at one unit. ``since`` is the day from which the pattern holds, ``days``
    how long it lasts (3.4.d: how far the two checks lie apart), ``span`` says so in words.
    """

    rule: Rule
    org_id: int
    org_name: str
    subject: str
    since: date
    days: int
    span: str
    proofs: tuple[Proof, ...]


UNITS = {"days": "天", "hours": "小时"}
"""What a limit may be counted in."""


def late_since(due_on: date) -> date:
    """The first day on which something due on ``due_on`` is late."""
    return due_on + timedelta(days=1)


def last_good_day(rule: Rule, day: date) -> date:
    """What began on this day or later is still within ``rule.limit`` days on ``day``."""
    return day - timedelta(days=rule.limit)


def missing_of_four(*, interim: str, unit: str, person: str, due_on: date | None) -> list[str]:
    """Which of the four that 三.4 demands of a major hazard are missing, in the notice's order."""
    four = {
        "临时防范措施": interim,
        "整改责任单位": unit,
        "责任人": person,
        "整改时限": due_on,
    }
    return [name for name, value in four.items() if not value]


def last_good_instant(rule: Rule, at: datetime) -> datetime:
    """What began at this instant or later is still within ``rule.limit`` hours at ``at``."""
    return at - timedelta(hours=rule.limit)


def hours_since(begun_at: datetime, at: datetime) -> int:
    """Whole hours from ``begun_at`` to ``at``."""
    return (at - begun_at) // timedelta(hours=1)
