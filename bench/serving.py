"""How many processes and threads: ``python -m bench.serving [--databases …] [--rounds 3]``.

Each choice takes in the inspections of G1 in turns with the others and beside the floor on one
process of eight threads; what it gave is told as a part of the floor's rate of the same minute,
its p95 as a multiple of the floor's. Prints a table; nothing is kept.
"""

import argparse
import statistics
from dataclasses import dataclass, field

from bench.intake import FEW, MANY, floor, forget_origins, inspections
from bench.load import Load, drive
from bench.servers import Place, Server, mini, ours, places

CHOICES = {
    "sqlite": ((1, 8), (1, 5), (1, 2), (2, 4)),
    "postgresql": ((1, 8), (1, 5), (2, 8), (2, 5), (2, 2), (4, 4)),
}
UNITS = 40
WARM = 1.0


@dataclass(slots=True)
class Seen:
    """Rates and p95 of one choice beside the floor's, round by round."""

    rates: dict[int, list[float]] = field(default_factory=lambda: {FEW: [], MANY: []})
    tails: dict[int, list[float]] = field(default_factory=lambda: {FEW: [], MANY: []})
    plain: list[float] = field(default_factory=list)

    def line(self, place: Place, choice: tuple[int, int]) -> str:
        """One row of the table."""
        cells = [
            f"{statistics.median(self.rates[many]):.2f} | {statistics.median(self.tails[many]):.1f}"
            for many in (FEW, MANY)
        ]
        plain = statistics.median(self.plain)
        return (
            f"| {place.database} | {choice[0]} × {choice[1]} | {' | '.join(cells)} | {plain:.0f} |"
        )


def main() -> None:
    """Measure every choice and print the table."""
    asked = argparse.ArgumentParser(prog="bench.serving")
    asked.add_argument("--databases", default="sqlite,postgresql", type=lambda t: t.split(","))
    asked.add_argument("--rounds", default=3, type=int)
    asked.add_argument("--seconds", default=2.0, type=float)
    given = asked.parse_args()
    print("| database | processes × threads | 8 connections | p95 | 32 | p95 | requests/s at 8 |")
    print("|---|---|---|---|---|---|---|")
    with places(given.databases, UNITS) as found:
        for place in found:
            for choice, seen in _seen(place, given.rounds, given.seconds).items():
                print(seen.line(place, choice), flush=True)


def _seen(place: Place, rounds: int, seconds: float) -> dict[tuple[int, int], Seen]:
    found = {choice: Seen() for choice in CHOICES[place.database]}
    with mini(place) as small:
        for _ in range(rounds):
            for (workers, threads), seen in found.items():
                with ours(place, workers=workers, threads=threads) as server:
                    drive(server.port, inspections(place), FEW, WARM)
                    for many in (FEW, MANY):
                        _measure(place, seen, server, small, many, seconds)
    return found


def _measure(
    place: Place, seen: Seen, server: Server, small: Server, many: int, seconds: float
) -> None:
    forget_origins(place)
    mine = _sound(drive(server.port, inspections(place), many, seconds))
    least = _sound(drive(small.port, floor(place), many, seconds))
    seen.rates[many].append(mine.rate / least.rate)
    seen.tails[many].append(mine.p95 / least.p95)
    if many == FEW:
        seen.plain.append(mine.rate)


def _sound(load: Load) -> Load:
    if load.bad:
        raise RuntimeError(f"{load.bad} answers were refusals")
    return load


if __name__ == "__main__":
    main()
