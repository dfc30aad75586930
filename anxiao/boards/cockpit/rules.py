"""How a square of the board reads. Plain values only."""

from dataclasses import dataclass
from datetime import date

LOOK_BACK_DAYS = 30
"""What fell due longer ago stays in the registers; the board shows what can still be mended."""


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


def week_label(starts_on: date) -> str:
    """``第48周`` of the ISO calendar."""
    return f"第{starts_on.isocalendar().week}周"
