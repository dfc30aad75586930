"""R9: the judge of the chaos run finds each kind of fault, and none where there is none."""

from collections import Counter

import pytest

from bench.chaos.checker import Line, Stored, judge
from bench.chaos.history import Event

OFFICER, PRINCIPAL = 1, 2


def event(kind, key, *, began, outcome="ok", user=OFFICER, pk=7):
    answer = {"id": pk} if outcome == "ok" else {}
    return Event(0, kind, key, user, began, began + 0.5, outcome, 200, answer)


def stored(**changes):
    held = {
        "created": {"inspection": Counter({"i1": 1}), "hazard": Counter({"h1": 1})},
        "torn": (),
        "lines": {
            7: (
                Line(11, OFFICER, "assign", "open", "assigned"),
                Line(12, OFFICER, "submit", "assigned", "submitted"),
                Line(13, PRINCIPAL, "close", "submitted", "closed"),
            )
        },
        "states": {7: "closed"},
    }
    return Stored(**(held | changes))


def history():
    return [
        event("inspection", "i1", began=0, outcome="unknown"),
        event("inspection", "i1", began=1),
        event("hazard", "h1", began=1),
        event("assign", 7, began=2),
        event("assign", 7, began=2.1, outcome="refused"),
        event("submit", 7, began=3, outcome="unknown"),
        event("close", 7, began=4, user=PRINCIPAL),
    ]


def test_what_is_right_has_no_fault():
    verdict = judge(history(), stored())
    assert verdict.faults == []
    assert verdict.counts == {"ok": 4, "refused": 1, "unknown": 2, "steps acknowledged": 2}


LINES = stored().lines[7]
FAULTS = {
    "lost": (
        stored(created={"inspection": Counter(), "hazard": Counter({"h1": 1})}),
        ["inspection i1: acknowledged, and stored 0 times"],
    ),
    "nobody's": (
        stored(created={"inspection": Counter({"i1": 1, "x": 1}), "hazard": Counter({"h1": 1})}),
        ["inspection x: nobody sent it"],
    ),
    "torn": (stored(torn=("inspection 3: no evidence",)), ["inspection 3: no evidence"]),
    "a step twice": (
        stored(lines={7: (*LINES, Line(14, PRINCIPAL, "close", "closed", "closed"))}),
        ["(7, 2, 'close'): 2 lines for 1 answers and 0 without one"],
    ),
    "a step lost": (
        stored(lines={7: LINES[:2]}, states={7: "submitted"}),
        ["(7, 2, 'close'): 0 lines for 1 answers and 0 without one"],
    ),
    "a state nobody wrote down": (
        stored(states={7: "assigned"}),
        ["hazard 7: the journal ends in closed, the row is assigned"],
    ),
    "a jump": (
        stored(
            lines={
                7: (
                    Line(11, OFFICER, "assign", "open", "assigned"),
                    Line(13, PRINCIPAL, "close", "submitted", "closed"),
                )
            }
        ),
        ["hazard 7: line 13 leads out of submitted, not assigned"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found(name):
    held, told = FAULTS[name]
    assert judge(history(), held).faults == told


def test_two_receipts_for_one_uuid_are_a_fault():
    events = [*history(), event("inspection", "i1", began=9, pk=8)]
    assert judge(events, stored()).faults == ["inspection i1: receipts name [7, 8]"]


def test_a_later_step_before_an_earlier_one_is_a_fault():
    lines = {7: (Line(11, OFFICER, "assign", "open", "x"), Line(10, OFFICER, "submit", "x", "y"))}
    events = [event("assign", 7, began=1), event("submit", 7, began=2)]
    held = Stored({"inspection": Counter(), "hazard": Counter()}, (), lines, {7: "y"})
    assert judge(events, held).faults == ["hazard 7: submit stands before assign"]
