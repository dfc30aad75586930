"""How a square of the board reads, and which periods it counts. Plain values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LOOK_BACK_DAYS = 30
"""What fell due longer ago stays in the registers; the board shows what can still be mended."""

RECENT = "recent"
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
FEWEST_WEEKS, MOST_WEEKS = 12, 30


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``[start, end)`` whose periods a board counts: all that have a day in them."""

    key: str
    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - DAY


def spans(day: date, term: tuple[date, date] | None) -> dict[str, Span]:
    """What a board may be narrowed to on ``day``; ``term`` is the present one, half-open."""
    monday = day - timedelta(days=day.weekday())
    month = day.replace(day=1)
    found = [
        Span(RECENT, day - timedelta(days=LOOK_BACK_DAYS), day + DAY),
        Span("week", monday, monday + WEEK),
        Span("month", month, (month + timedelta(days=31)).replace(day=1)),
        Span("last_month", (month - DAY).replace(day=1), month),
    ]
    if term is not None:
        found.append(Span("term", *term))
    return {span.key: span for span in found}


def weeks_of(span: Span) -> int:
    """How many weeks a trend shows: those of the span, at least a quarter of a year."""
    weeks = -((span.start - span.end) // WEEK)
    return min(max(weeks, FEWEST_WEEKS), MOST_WEEKS)


def section_of(code: str) -> str:
    """The section that a clause stands in: ``"2.2.g"`` gives ``"2.2"``."""
    return code.rpartition(".")[0] or code


@dataclass(frozen=True, slots=True)
class Square:
    """One clause at one unit or level: ``met`` of ``owed``; ``late`` ones are past their day."""

    met: int
    owed: int
    late: int
    url: str = ""

    @property
    def tone(self) -> str:
        """Late before due before done."""
        if self.late:
            return "late"
        return "done" if self.met >= self.owed else "soon"

    @property
    def word(self) -> str:
        """What the tone means, for those who do not see it."""
        return {"late": "超期", "done": "已履行", "soon": "待履行"}[self.tone]


def total(squares: Iterable[Square | None], url: str = "") -> Square:
    """The sum of some squares."""
    there = [square for square in squares if square]
    return Square(
        sum(square.met for square in there),
        sum(square.owed for square in there),
        sum(square.late for square in there),
        url,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the matrix: a town, a school, with its squares in the order of the clauses."""

    name: str
    url: str
    squares: tuple[Square | None, ...]

    @property
    def late(self) -> int:
        """How many duties are late."""
        return sum(square.late for square in self.squares if square)


SEVERITY: Mapping[str, int] = {"late": 0, "soon": 1, "done": 2}


def pressure(square: Square) -> tuple[int, int]:
    """What sorts late before due before done, the most late first."""
    return SEVERITY[square.tone], -square.late


def week_label(starts_on: date) -> str:
    """``第48周`` of the ISO calendar."""
    return f"第{starts_on.isocalendar().week}周"
