"""From tables as read to a plan, or to all that is wrong with it at once."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from anxiao.loop.duties.catalog.data import (
    ClauseData,
    DutyData,
    Fault,
    HeadData,
    Located,
    PlanData,
    RawPlan,
)
from anxiao.loop.duties.catalog.fields import CLAUSE, DUTY, EVIDENCE_KIND, HEAD, read


def checked(raw: RawPlan) -> tuple[PlanData | None, list[Fault]]:
    """The plan, or ``None`` with every fault, in the order of the file."""
    head, faults = read(raw.head, HEAD)
    kinds: dict[str, str] = {}
    for table in raw.evidence_kinds:
        values, wrong = read(table, EVIDENCE_KIND)
        faults += wrong
        kinds[str(values["code"])] = values["label"]
    clauses, wrong = _clauses(raw, frozenset(kinds))
    faults += wrong
    faults += _across(raw)
    if not faults and head["to_on"] <= head["from_on"]:
        faults.append(raw.head.fault("to_on（截止日期）应晚于 from_on（起始日期）。", "to_on"))
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.sheet, fault.line))
    made = tuple(
        ClauseData(**values, duties=tuple(DutyData(**_tidy(duty)) for duty in duties))
        for values, duties in clauses
    )
    return PlanData(HeadData(**head), kinds, made), []


def duty_faults(values: dict[str, Any], kinds: frozenset[str]) -> list[Fault]:
    """What is wrong with one duty taken by itself (the web editor)."""
    table = Located(values, 0)
    return [*read(table, DUTY)[1], *_duty_rules(table, kinds)]


def plan_faults(plan: PlanData) -> list[str]:
    """What keeps a draft from being published, each with the code of its clause or duty."""
    kinds = frozenset(plan.evidence_kinds)
    found = [] if plan.clauses else ["方案里没有条款。"]
    for clause in plan.clauses:
        values = {name: getattr(clause, name) for name in CLAUSE}
        wrong = read(Located(values, 0), CLAUSE)[1]
        if clause.kind == "duty" and not clause.duties:
            wrong.append(Fault(0, "是职责条款，却没有一项职责，请添加。"))
        found += [f"条款 {clause.code}：{fault.message}" for fault in wrong]
        for duty in clause.duties:
            found += [
                f"职责 {duty.code}：{fault.message}" for fault in duty_faults(asdict(duty), kinds)
            ]
    return found


def _tidy(duty: dict[str, Any]) -> dict[str, Any]:
    return {**duty, "evidence": tuple(duty["evidence"]), "applies_to": dict(duty["applies_to"])}


def _clauses(
    raw: RawPlan, kinds: frozenset[str]
) -> tuple[list[tuple[dict[str, Any], list[dict[str, Any]]]], list[Fault]]:
    found, faults = [], []
    for table, duty_tables in raw.clauses:
        values, wrong = read(table, CLAUSE, inner="duty")
        faults += wrong
        if values["kind"] == "duty" and not duty_tables:
            faults.append(
                table.fault(
                    f"条款“{values['code']}”是职责条款（kind = duty），却没有一项职责；"
                    "请添加 [[clause.duty]]，或改为 rule、tool、gauge。"
                )
            )
        duties = []
        for duty_table in duty_tables:
            duty, wrong = read(duty_table, DUTY)
            faults += [*wrong, *_duty_rules(duty_table, kinds)]
            duties.append(duty)
        found.append((values, duties))
    return found, faults


def _duty_rules(table: Located, kinds: frozenset[str]) -> Iterator[Fault]:
    """Rules across the keys of one duty."""
    values = table.values
    evidence = values.get("evidence")
    for kind in evidence if isinstance(evidence, list | tuple) else ():
        if isinstance(kind, str) and kind not in kinds:
            yield table.fault(
                f"佐证种类“{kind}”没有声明；请先用 [[evidence_kind]] 声明，或改用已声明的种类。",
                "evidence",
            )
    if values.get("valid_days") is not None and values.get("cadence") != "standing":
        yield table.fault(
            "valid_days（有效天数）只用于 cadence = standing 的达标项。", "valid_days"
        )
    if values.get("applies_to") and values.get("level", "unit") != "unit":
        yield table.fault("applies_to（适用范围）只用于 level = unit 的职责。", "applies_to")


def _across(raw: RawPlan) -> Iterator[Fault]:
    """Codes used twice."""
    yield from _twice("佐证代码", raw.evidence_kinds)
    yield from _twice("条款号", (clause for clause, _ in raw.clauses))
    yield from _twice("职责号", (duty for _, duties in raw.clauses for duty in duties))
    if not raw.clauses:
        yield raw.head.fault("方案里没有条款；请至少写一条 [[clause]]。")


def _twice(label: str, tables: Iterable[Located]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for table in tables:
        code = table.values.get("code")
        if not isinstance(code, str):
            continue
        if code in seen:
            line = seen[code]
            yield table.fault(f"{label}“{code}”与第 {line} 行的重复，请改成不同的。", "code")
        seen.setdefault(code, table.lines.get("code", table.line))
