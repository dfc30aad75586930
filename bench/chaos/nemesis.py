"""What befalls the programs while the clients work, drawn from a seed."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.chaos.faults import Faults
from bench.chaos.history import History
from bench.chaos.server import Program

SHORTEST, LONGEST = 1.0, 5.0
"""Seconds between an answer after a start and the next blow."""
PAUSES = 0.5, 4.0
DAYS = (-3, -1, 1, 3)
DAY = 86_400
KINDS = ("kill", "pause", "clock")
WEIGHTS = {"kill": 4, "pause": 1, "clock": 1}


@dataclass(frozen=True, slots=True)
class Aim:
    """What a run is to reach, and the seconds it may take."""

    kills: int
    writes: int
    most: float
    kinds: tuple[str, ...] = KINDS


@dataclass(slots=True)
class Nemesis:
    """Strikes one of ``programs`` at a time; the clock is that of all."""

    programs: list[Program]
    faults: Faults
    seed: int
    struck: Counter[str] = field(default_factory=Counter)

    def rage(self, history: History, aim: Aim) -> None:
        """Strike until both the kills and the writes are reached, or the time is over."""
        dice = random.Random(self.seed)  # noqa: S311 - to be made again
        until = time.monotonic() + aim.most
        while self.struck["kill"] < aim.kills or history.acknowledged() < aim.writes:
            if time.monotonic() > until:
                break
            time.sleep(dice.uniform(SHORTEST, LONGEST))
            kind = dice.choices(aim.kinds, [WEIGHTS[kind] for kind in aim.kinds])[0]
            if kind == "kill" and self.struck["kill"] >= aim.kills:
                continue
            self.strike(kind, dice)

    def strike(self, kind: str, dice: random.Random) -> None:
        """One blow, and the recovery from it."""
        victim = dice.choice(self.programs)
        if kind == "kill":
            victim.kill()
            victim.start()
        elif kind == "pause":
            victim.pause(dice.uniform(*PAUSES))
        else:
            self.faults.clock(dice.choice(DAYS) * DAY)
            time.sleep(dice.uniform(*PAUSES))
            self.faults.clock(0)
        self.struck[kind] += 1
