"""What was measured, and where it is kept: a table, ``results.json``, the page for developers."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "dev" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True, slots=True)
class Result:
    """One figure beside its floor; ``ratio`` is what the goal speaks of."""

    goal: str
    name: str
    database: str
    value: float
    unit: str
    beside: str
    beside_value: float
    ratio: float
    wanted: str
    met: bool
    at: str = ""


def at_least(goal: str, name: str, database: str, figures: "Pairs", limit: float) -> Result:
    """A figure that is to reach ``limit`` times its floor."""
    return _judged(goal, name, database, figures, f"≥ {limit:g}", figures.ratio >= limit)


def at_most(goal: str, name: str, database: str, figures: "Pairs", limit: float) -> Result:
    """A figure that is to stay within ``limit`` times its floor."""
    return _judged(goal, name, database, figures, f"≤ {limit:g}", figures.ratio <= limit)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ours and the floor's of each round, measured one after the other."""

    unit: str
    beside: str
    ours: Sequence[float]
    floor: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        rounds = zip(self.ours, self.floor, strict=True)
        return statistics.median(ours / floor if floor else 0.0 for ours, floor in rounds)


def _judged(goal: str, name: str, database: str, figures: Pairs, wanted: str, met: bool) -> Result:
    result = Result(
        goal=goal,
        name=name,
        database=database,
        value=round(statistics.median(figures.ours), 3),
        unit=figures.unit,
        beside=figures.beside,
        beside_value=round(statistics.median(figures.floor), 3),
        ratio=round(figures.ratio, 3),
        wanted=wanted,
        met=met,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    print(line(result), flush=True)
    return result


def line(row: Result) -> str:
    """One line of the table on the screen."""
    mark = "met    " if row.met else "NOT MET"
    return (
        f"{row.goal:4} {mark} {row.database:10} {row.name}: {row.value:,.4g} {row.unit}, "
        f"{row.beside} {row.beside_value:,.4g}; ratio {row.ratio:.2f} ({row.wanted})"
    )


def table(rows: Sequence[Result]) -> str:
    """The table of the page."""
    head = "| goal | what | database | ours | beside | ratio | wanted | |"
    lines = [
        f"| {row.goal} | {row.name} | {row.database} | {row.value:,.4g} {row.unit} "
        f"| {row.beside}: {row.beside_value:,.4g} | {row.ratio:.2f} | {row.wanted} "
        f"| {'met' if row.met else '**not met**'} |"
        for row in rows
    ]
    lines = [head, "|---|---|---|---|---|---|---|---|", *lines]
    return "\n".join(lines)


def keep(rows: Sequence[Result], notes: Sequence[str]) -> None:
    """Write ``results.json`` and the table between the markers of the page.

    What was not measured this time stays as it was, with its own ``at``.
    """
    file = HERE / "results.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    every = {_key(old): old for old in (Result(**each) for each in known)}
    every |= {_key(row): row for row in rows}
    told = sorted(every.values(), key=_place)
    text = json.dumps([asdict(row) for row in told], ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _mark, rest = page.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    said = "\n".join(f"- {note}" for note in notes)
    PAGE.write_text(f"{before}{BEGIN}\n\n{said}\n\n{table(told)}\n\n{END}{after}", encoding="utf-8")


def _key(row: Result) -> tuple[str, str, str]:
    return row.goal, row.name, row.database


def _place(row: Result) -> tuple[int, str, str]:
    number = row.goal[1:]
    return int(number) if number.isdigit() else 99, row.name, row.database
