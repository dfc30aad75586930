"""A plan as plain values: what a file says, what a draft is made of, what two plans differ in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class DutyData:
    """One duty; the fields are those of ``models.Duty``."""

    code: str
    title: str
    owner: str
    cadence: str
    room: str
    evidence: tuple[str, ...]
    minutes: int
    level: str = "unit"
    applies_to: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1
    grace_days: int = 0
    in_holidays: bool = False
    weight: int = 1
    how: str = ""
    basis: str = ""
    confirm: bool = False
    gauge: str = ""
    target: int | None = None
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class ClauseData:
    """One clause with its duties, in the notice's order."""

    code: str
    chapter: str
    title: str
    demand: str
    kind: str
    section: str = ""
    duties: tuple[DutyData, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadData:
    """What stands above the clauses. ``to_on`` is the last day."""

    code: str
    title: str
    issuer: str
    from_on: date
    to_on: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class PlanData:
    """A whole plan; ``evidence_kinds`` maps code to Chinese name, in the order of the file."""

    head: HeadData
    evidence_kinds: Mapping[str, str]
    clauses: tuple[ClauseData, ...]

    @property
    def duties(self) -> tuple[DutyData, ...]:
        """All duties in order."""
        return tuple(duty for clause in self.clauses for duty in clause.duties)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong at a line of a file, or at a row of a sheet."""

    line: int
    message: str
    sheet: str = ""
    key: str = ""

    def __str__(self) -> str:
        place = f"“{self.sheet}”表第 {self.line} 行" if self.sheet else f"第 {self.line} 行"
        return f"{place}：{self.message}"


@dataclass(frozen=True, slots=True)
class Located:
    """One table of a file with the lines that its keys stand on."""

    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)
    sheet: str = ""

    def fault(self, message: str, key: str = "") -> Fault:
        """A fault at ``key``, or at the head of the table."""
        return Fault(self.lines.get(key, self.line), message, self.sheet, key)


@dataclass(frozen=True, slots=True)
class RawPlan:
    """Tables as read, before anything is checked: head, evidence kinds, clauses with duties."""

    head: Located
    evidence_kinds: tuple[Located, ...]
    clauses: tuple[tuple[Located, tuple[Located, ...]], ...]
