"""What two plans differ in: clauses and duties added, removed, changed field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from anxiao.loop.duties.catalog.data import PlanData
from anxiao.loop.duties.catalog.fields import CLAUSE, DUTY, HEAD, Field


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``what`` is plan, clause or duty; ``kind`` added, removed or changed.

    ``fields`` holds ``(name, before, after)`` for what changed; ``label_of`` has their words.
    """

    what: str
    kind: str
    code: str
    title: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


def label_of(change: Change, name: str) -> str:
    """The Chinese name of a field of ``change``."""
    return {"plan": HEAD, "clause": CLAUSE, "duty": DUTY}[change.what][name].label


def differences(before: PlanData, after: PlanData) -> list[Change]:
    """Differences in the order of ``after``, what was removed last; empty if they say the same."""
    return [
        *_changed("plan", "", asdict(before.head), asdict(after.head), HEAD),
        *_compared(
            "clause",
            {each.code: _without_duties(asdict(each)) for each in before.clauses},
            {each.code: _without_duties(asdict(each)) for each in after.clauses},
            CLAUSE,
        ),
        *_compared("duty", _duties(before), _duties(after), DUTY),
    ]


def _duties(plan: PlanData) -> dict[str, dict[str, Any]]:
    return {duty.code: asdict(duty) for duty in plan.duties}


def _without_duties(clause: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in clause.items() if name != "duties"}


def _compared(
    what: str,
    before: Mapping[str, dict[str, Any]],
    after: Mapping[str, dict[str, Any]],
    fields: Mapping[str, Field],
) -> Iterator[Change]:
    for code, values in after.items():
        if code in before:
            yield from _changed(what, code, before[code], values, fields)
        else:
            yield Change(what, "added", code, values["title"])
    for code, values in before.items():
        if code not in after:
            yield Change(what, "removed", code, values["title"])


def _changed(
    what: str,
    code: str,
    before: dict[str, Any],
    after: dict[str, Any],
    fields: Mapping[str, Field],
) -> Iterator[Change]:
    changed = tuple(
        (name, before[name], after[name]) for name in fields if before[name] != after[name]
    )
    if changed:
        yield Change(what, "changed", code or after["code"], after["title"], changed)
