"""The judge: what clients were told against what the database holds. Plain Python, no database.

Creations carry a UUID and may be sent again; steps carry none, so that a step without an answer
may or may not have happened. From these the faults follow; no fault is a matter of opinion.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bench.chaos.history import Event

CREATIONS = ("inspection", "hazard")


@dataclass(frozen=True, slots=True)
class Line:
    """A journal line about a hazard, in the order of ``id``."""

    id: int
    actor: int
    action: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds. Keys of ``created`` are kinds, their values count UUIDs."""

    created: Mapping[str, Counter[str]]
    torn: tuple[str, ...]
    """Records of which a part is missing, in words."""
    lines: Mapping[int, tuple[Line, ...]]
    """Lines of each hazard that are steps."""
    states: Mapping[int, str]


@dataclass(slots=True)
class Verdict:
    """``counts`` for the report, ``faults`` in words."""

    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def judge(events: Iterable[Event], stored: Stored) -> Verdict:
    """Every fault of a run."""
    events = list(events)
    steps = [event for event in events if event.kind not in CREATIONS]
    verdict = Verdict()
    for outcome in ("ok", "refused", "unknown"):
        verdict.counts[outcome] = sum(event.outcome == outcome for event in events)
    verdict.counts["steps acknowledged"] = sum(event.outcome == "ok" for event in steps)
    for kind in CREATIONS:
        verdict.faults += lost_or_doubled(kind, events, stored.created[kind])
    verdict.faults += stored.torn
    verdict.faults += broken_chains(stored)
    verdict.faults += steps_against_lines(steps, stored.lines)
    return verdict


def lost_or_doubled(kind: str, events: Iterable[Event], stored: Counter[str]) -> Iterator[str]:
    """Each acknowledged UUID once, with one receipt; none stored that nobody sent."""
    receipts: dict[str, set[int]] = defaultdict(set)
    sent = set()
    for event in events:
        if event.kind != kind:
            continue
        sent.add(event.key)
        if event.outcome == "ok":
            receipts[event.key].add(event.answer["id"])
    for key, ids in receipts.items():
        if stored[key] != 1:
            yield f"{kind} {key}: acknowledged, and stored {stored[key]} times"
        if len(ids) != 1:
            yield f"{kind} {key}: receipts name {sorted(ids)}"
    yield from (f"{kind} {key}: stored {n} times" for key, n in stored.items() if n > 1)
    if kind == "inspection":
        yield from (f"{kind} {key}: nobody sent it" for key in stored if key not in sent)


def broken_chains(stored: Stored) -> Iterator[str]:
    """A hazard's lines lead from open to the state it is in, each from where the last one ended."""
    for hazard, state in stored.states.items():
        at = "open"
        for line in stored.lines.get(hazard, ()):
            if line.old != at:
                yield f"hazard {hazard}: line {line.id} leads out of {line.old}, not {at}"
            at = line.new
        if at != state:
            yield f"hazard {hazard}: the journal ends in {at}, the row is {state}"


def steps_against_lines(
    steps: Iterable[Event], lines: Mapping[int, tuple[Line, ...]]
) -> Iterator[str]:
    """Each acknowledged step has its line; no line without a request; order as it was seen."""
    asked: dict[tuple[int, int, str], list[Event]] = defaultdict(list)
    for event in steps:
        asked[event.key, event.user, event.kind].append(event)
    taken: Counter[tuple[int, int, str]] = Counter()
    for hazard, found in lines.items():
        taken.update((hazard, line.actor, line.action) for line in found)
    for key in asked.keys() | taken.keys():
        sure = sum(event.outcome == "ok" for event in asked[key])
        perhaps = sum(event.outcome == "unknown" for event in asked[key])
        if not sure <= taken[key] <= sure + perhaps:
            yield f"{key}: {taken[key]} lines for {sure} answers and {perhaps} without one"
    yield from out_of_order(asked, lines)


def out_of_order(
    asked: Mapping[tuple[int, int, str], list[Event]], lines: Mapping[int, tuple[Line, ...]]
) -> Iterator[str]:
    """A step that ended before another began stands before it in the journal.

    Told only for steps that one answer and one line name without doubt.
    """
    sure: dict[int, list[tuple[Event, int]]] = defaultdict(list)
    for (hazard, actor, action), events in asked.items():
        own = [n.id for n in lines.get(hazard, ()) if (n.actor, n.action) == (actor, action)]
        if len(own) == 1 and [event.outcome for event in events if event.outcome != "refused"] == [
            "ok"
        ]:
            sure[hazard] += [(event, own[0]) for event in events if event.outcome == "ok"]
    for hazard, pairs in sure.items():
        for first, first_id in pairs:
            for later, later_id in pairs:
                if first.ended < later.began and first_id > later_id:
                    yield f"hazard {hazard}: {later.kind} stands before {first.kind}"
