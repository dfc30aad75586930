"""``python -m bench --growth 1,10``: the same pages after so many of a county's years.

A year: 40 lines of the ledger for each unit, its duties' cells and facts of 40 weeks.
"""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from bench.intake import inspections
from bench.pages import REGISTER, get, in_turns, own_duties
from bench.results import Pairs, Result, at_most
from bench.servers import Place, mini, ours

ALLOWED = 1.5
FLOOR = "a bare page"


def measure(place: Place, years: Sequence[int], seconds: float, rounds: int) -> list[Result]:
    """Grow the county step by step; each page then beside itself after the first step."""
    county = str(place.world["county"])
    place.run("bench.fill", "facts", county, "1")
    rows: list[Result] = []
    first: dict[str, list[float]] = {}
    grown = 0
    for year in years:
        place.run("bench.years", county, str(grown), str(year))
        grown = year
        found = _asked(place, seconds, rounds)
        first = first or found
        for name, took in found.items():
            # Rounds of different hours are no pairs: their medians are compared.
            mine, before = [median(took)], [median(first[name])]
            beside = Pairs("× a bare page", f"after {years[0]}", mine, before)
            told = f"{name}, {year} × a county's year"
            rows.append(at_most("size", told, place.database, beside, ALLOWED))
    return rows


def _asked(place: Place, seconds: float, rounds: int) -> dict[str, list[float]]:
    """How many times a bare page's time each page took, round by round."""
    world: dict[str, Any] = place.world
    cookies = {name: f"__Host-session={key}" for name, key in world["sessions"].items()}
    unit = world["senders"][0]["unit"]
    pages: dict[str, Iterable[bytes]] = {
        "an inspection taken in": inspections(place)(0),
        "hazard register": [get(REGISTER.partition("?")[0], cookies["clerk"])],
        "county board": [get("/board/", cookies["clerk"])],
        "a unit's own duties": [get(f"/duties/units/{unit}/", cookies["sender"])],
        "the same as JSON": [own_duties(sender) for sender in world["senders"]],
        "what is to do today": [get("/", cookies["sender"])],
    }
    found: dict[str, list[float]] = {name: [] for name in pages}
    with ours(place) as product, mini(place) as small:
        turns = {name: (product, sent) for name, sent in pages.items()}
        turns[FLOOR] = small, [get("/page", f"sessionid={place.sessions[0]}")]
        for _ in range(rounds):
            took = {name: median(times) for name, times in in_turns(turns, seconds).items()}
            for name, mine in found.items():
                mine.append(took[name] / took[FLOOR])
    return found
