"""The board on paper: the matrix cut into tables that fit a sheet across."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anxiao.boards.cockpit.queries.matrix import Column, Matrix
from anxiao.boards.cockpit.rules import Line, section_of

MOST_COLUMNS = 15


@dataclass(frozen=True, slots=True)
class Table:
    """One table: some clauses of one section with the squares of all lines that owe any of them.

    ``number`` counts the tables of a section that needs several, 0 where one is enough.
    """

    code: str
    label: str
    number: int
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def late(self) -> int:
        """How much is late in these clauses."""
        return sum(column.square.late for column in self.columns)


def tables(found: Matrix) -> Iterator[Table]:
    """``found`` section by section, in the notice's order."""
    labels = {section.code: section.label for section in found.sections}
    places: dict[str, list[int]] = {}
    for place, column in enumerate(found.columns):
        places.setdefault(section_of(column.clause.code), []).append(place)
    for code, clauses in places.items():
        starts = range(0, len(clauses), MOST_COLUMNS)
        parts = [clauses[start : start + MOST_COLUMNS] for start in starts]
        for number, part in enumerate(parts, 1):
            yield Table(
                code,
                labels.get(code, ""),
                number if len(parts) > 1 else 0,
                tuple(found.columns[place] for place in part),
                tuple(line for line in _cut(found, part) if any(line.squares)),
            )


def _cut(found: Matrix, part: Sequence[int]) -> Iterator[Line]:
    for line in found.lines:
        yield Line(line.name, line.url, tuple(line.squares[place] for place in part))
