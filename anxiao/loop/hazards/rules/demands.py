"""What must be said about a hazard before it may go on. Sentences say what to do."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from anxiao.foundation.kernel.spellings import name_key
from anxiao.foundation.kernel.spellings.texts import gettext_noop
from anxiao.loop.hazards.states import HazardLevel

FOUR = {
    "interim_measure": gettext_noop("临时防范措施"),
    "responsible_unit": gettext_noop("整改责任单位"),
    "responsible_name": gettext_noop("责任人"),
    "due_on": gettext_noop("整改时限"),
}
"""What 三.4 punishes a major hazard for lacking, by field."""

NO_CONTINGENCY = "无需"
"""What an ordinary hazard says where it needs no emergency plan: that answers the fifth."""

LONGEST_DUE = timedelta(days=3 * 366)
MAX_FUNDS = Decimal(10) ** 9
"""Yuan; more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Said:
    """The five commitments (五落实) as they were typed: responsibility, measure, funds, deadline,
    contingency; and the interim measure.
    """

    responsible_unit: str
    responsible_name: str
    measure: str
    funds: Decimal | None
    due_on: date | None
    contingency: str
    interim_measure: str
    interim_until: date | None = None


def missing_of_four(
    interim_measure: str, responsible_unit: str, responsible_name: str, due_on: date | None
) -> tuple[str, ...]:
    """Fields of the four (三.4.g) that are still missing, in the notice's order."""
    said = (interim_measure.strip(), responsible_unit.strip(), responsible_name.strip(), due_on)
    return tuple(name for name, value in zip(FOUR, said, strict=True) if not value)


def commitment_faults(said: Said, level: str, day: date) -> dict[str, str]:
    """What is missing of the five commitments when assigning on ``day``, by field.

    Funds may be 0 but must be said. The contingency plan is needed for a major hazard; for an
    ordinary one a blank is kept as 无需. The interim measure is demanded of a major hazard only.
    """
    return dict(_commitment_faults(said, level, day))


def _commitment_faults(said: Said, level: str, day: date) -> Iterator[tuple[str, str]]:
    major = level == HazardLevel.MAJOR
    asked = {
        "responsible_unit": (said.responsible_unit, "请填写整改责任单位。"),
        "responsible_name": (said.responsible_name, "请选择或填写责任人。"),
        "measure": (said.measure, "请填写整改措施。"),
    }
    if major:
        asked["contingency"] = (said.contingency, "重大隐患请填写应急预案。")
        asked["interim_measure"] = (
            said.interim_measure,
            "重大隐患请先填写临时防范措施，再指派整改。",
        )
    yield from ((name, fault) for name, (value, fault) in asked.items() if not value.strip())
    yield from _funds_fault(said.funds)
    yield from _due_fault(said.due_on, day)
    yield from interim_faults(said.interim_until, day)


def interim_faults(until: date | None, day: date) -> Iterator[tuple[str, str]]:
    """An interim measure is promised for days that are still to come."""
    if until is not None and until < day:
        yield "interim_until", f"有效期不能早于今天，请改为{day.month}月{day.day}日或以后。"
    elif until is not None and until > day + LONGEST_DUE:
        yield "interim_until", "有效期超过三年，请核对年份。"


def extension_faults(new: date | None, old: date, day: date) -> dict[str, str]:
    """A deadline is extended to a day after the old one and after ``day``, within three years."""
    first = max(old, day)
    if new is None or new <= first:
        return {"new_due_on": f"请选择晚于 {first.month}月{first.day}日 的日期。"}
    if new > day + LONGEST_DUE:
        return {"new_due_on": "延期超过三年，请核对年份。"}
    return {}


def _funds_fault(funds: Decimal | None) -> Iterator[tuple[str, str]]:
    if funds is None:
        yield "funds", "请填写整改资金，不花钱的填 0。"
    elif not 0 <= funds < MAX_FUNDS:
        yield "funds", "整改资金以元为单位，请核对。"


def _due_fault(due_on: date | None, day: date) -> Iterator[tuple[str, str]]:
    if due_on is None:
        yield "due_on", "请填写整改期限。"
    elif due_on < day:
        yield "due_on", f"整改期限不能早于今天，请改为{day.month}月{day.day}日或以后。"
    elif due_on > day + LONGEST_DUE:
        yield "due_on", "整改期限超过三年，请核对年份。"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is judged when a hazard is entered. ``day`` is the business day of the entry."""

    description: str
    place_text: str
    found_on: date
    level: str
    has_criterion: bool
    level_reason: str
    late_reason: str
    from_record: bool
    day: date
    due_on: date | None = None


def finding_faults(finding: Finding, *, late: bool) -> dict[str, str]:
    """What is wrong with a finding, by field; ``late`` as ``is_late_entry`` tells.

    A hazard that another record brought (an inspection) is a late entry where that record is.
    """
    return dict(_finding_faults(finding, late))


def _finding_faults(finding: Finding, late: bool) -> Iterator[tuple[str, str]]:
    day = finding.day
    if not finding.description.strip():
        yield "description", "请写明隐患情况。"
    if not finding.place_text.strip():
        yield "place_text", "请选择或填写地点、部位。"
    if finding.found_on > day:
        yield "found_on", f"排查时间不能晚于今天，请改为{day.month}月{day.day}日或以前。"
    elif late and not finding.from_record and not finding.late_reason.strip():
        yield "late_reason", "排查已超过一天，属于补录，请填写补录原因。"
    if finding.due_on is not None:
        yield from _due_fault(finding.due_on, day)
    if finding.level not in set(HazardLevel):
        yield "level", "请选择隐患等级。"
    elif finding.level == HazardLevel.MAJOR and not (
        finding.has_criterion or finding.level_reason.strip()
    ):
        yield "criterion", "判定为重大隐患，请选择判定情形，或写明判定理由。"


def ledger_origin(unit_id: int, found_on: date, place: str, description: str) -> str:
    """What names a line of a paper ledger for good, so that it is imported once.

    Blanks, width and punctuation dots of the texts do not matter.
    """
    line = f"{unit_id}|{found_on}|{name_key(place)}|{name_key(description)}"
    return f"ledger:{hashlib.sha256(line.encode()).hexdigest()[:32]}"
