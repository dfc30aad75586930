"""Lines of a paper ledger (隐患台账) and of a table of criteria into the database, row by row.

The one exception to "a state is only ever moved": a line of a ledger kept on paper enters in the
state it has there, closed ones as history, with one journal line ``import`` that says so. All
constraints of the table hold. A line is known again by what it says (``rules.ledger_origin``), so
that importing a ledger twice changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import SYSTEM, Actor, require
from anxiao.foundation.journal.services import Line, record_all
from anxiao.foundation.kernel.clock import TIMEZONE, business_day
from anxiao.foundation.kernel.spellings import Unreadable, is_blank, read_deadline
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.registers.declare import ImportContext, Outcome, Rejected, Row
from anxiao.loop.hazards.catalog import OTHER, CriterionEntry, category_code, criterion_faults
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.rules import number_of
from anxiao.loop.hazards.services.criteria import save_criterion
from anxiao.loop.hazards.services.ledger_lines import LedgerLine, Memory, fault, unit_of, uuid_of
from anxiao.loop.hazards.services.numbering import keep_serials
from anxiao.loop.hazards.states import (
    LIVE_STATES,
    CriterionMethod,
    HazardLevel,
    HazardSource,
    HazardState,
)

NOON = time(12)
"""Paper ledgers know days, not hours."""
SOURCES = {str(label): value for value, label in HazardSource.choices}


@dataclass(frozen=True, slots=True)
class _Line:
    """A row understood: what the hazard will be."""

    org: Org
    found_on: date
    level: str
    state: str
    origin: str
    values: dict[str, Any]


def import_ledger_row(row: Row, context: ImportContext) -> Outcome | Rejected:
    """Read one line of a paper ledger for ``write_ledger_lines``; ``SAME`` when it stands there.

    Raises ``Forbidden`` where the actor may not enter hazards, ``Invalid`` with the field at
    fault and what to do.
    """
    memory: Memory = context.memory["ledger"]
    org = unit_of(row, memory, context)
    allow(context.actor, "hazards.open", org.path)
    line = _understood(row, org, memory, business_day(context.at))
    if line.origin in memory.known:
        return _again(line, memory.known[line.origin])
    ledger = org.pk, line.found_on.year
    memory.serials[ledger] = serial = memory.serials[ledger] + 1
    values = _hazard(line, serial, context)
    memory.lines.append(LedgerLine(values, org.path, context.row_number))
    memory.known[line.origin] = (values["number"], line.state)
    return Outcome.CREATED


def write_ledger_lines(context: ImportContext) -> None:
    """Enter the lines read since, count them on their ledgers, one journal line for each."""
    memory: Memory = context.memory["ledger"]
    lines, memory.lines = memory.lines, []
    ids = quick.insert(Hazard, [line.values for line in lines])
    used = {(line.values["org_id"], line.values["year"]) for line in lines}
    keep_serials({key: memory.serials[key] for key in sorted(used)})
    told = [
        Line(
            "import",
            "hazards.hazard",
            pk,
            line.org_path,
            {"number": line.values["number"], "state": line.values["state"], "row": line.row},
        )
        for pk, line in zip(ids, lines, strict=True)
    ]
    record_all(told, actor=context.actor, at=context.at)


def import_criterion_row(row: Row, context: ImportContext) -> Outcome | Rejected:
    """Enter or change one criterion of a workbook."""
    methods = {str(label): value for value, label in CriterionMethod.choices}
    written = (row["method"] or "").strip()
    text = "" if is_blank(row["text"]) else row["text"]
    entry = CriterionEntry(
        code=row["code"].strip().lower(),
        domain=row["domain"],
        method=methods.get(written, written or CriterionMethod.DIRECT),
        text=text,
        source=row["source"],
        confirm=bool(row["confirm"]),
    )
    faults = criterion_faults(entry)
    if faults:
        return Rejected(*next(iter(faults.items())))
    return Outcome(save_criterion(entry, actor=context.actor, at=context.at))


def allow(actor: Actor, capability: str, path: str) -> None:
    """``require``, but the program itself (the command line) may."""
    if actor != SYSTEM:
        require(actor, capability, path)


def _again(line: _Line, known: tuple[str, str]) -> Outcome | Rejected:
    number, state = known
    if line.state == HazardState.CLOSED and state in LIVE_STATES:
        message = _("这项隐患已在账上（%(number)s），尚未销号，请在系统内办理复查销号。")
        return Rejected("closed", message % {"number": number})
    return Outcome.SAME


def _understood(row: Row, org: Org, memory: Memory, day: date) -> _Line:
    found_on: date = row["found_on"]
    if found_on > day:
        raise fault("found_on", _("排查时间晚于今天，请核对。"))
    if row["level"] is None and memory.graded:
        raise fault("level", _("等级请填“一般”或“重大”。"))
    level = row["level"] or HazardLevel.ORDINARY
    state, ending = _ending(row, day)
    values = _values(row, org, found_on) | UNENDED | ending
    if level == HazardLevel.MAJOR:
        _demand_the_four(values)
    return _Line(org, found_on, level, state, memory.origins.of(row, org.pk), values)


UNENDED: dict[str, Any] = {
    "submitted_at": None,
    "submitted_by_name": "",
    "closed_at": None,
    "closed_by_name": "",
}


def _ending(row: Row, day: date) -> tuple[str, dict[str, Any]]:
    """The state a line enters in, and the stamps that go with it."""
    finished_on, verifier = row["finished_on"], _said(row["verifier"])
    if finished_on is not None:
        _check_finished(finished_on, row["found_on"], day)
    if _is_closed(row, verifier):
        return HazardState.CLOSED, _closed(row, verifier, day)
    if row["done"] is True and finished_on is None:
        raise fault("finished_on", _("已整改的行请填写完成时间。"))
    if not (_said(row["person"]) and _said(row["measure"])):
        return HazardState.OPEN, {}
    if finished_on is None:
        return HazardState.ASSIGNED, {}
    done = {"submitted_at": _noon(finished_on), "submitted_by_name": _said(row["person"])}
    return HazardState.SUBMITTED, done


def _is_closed(row: Row, verifier: str) -> bool:
    """Whether it was struck off; where the ledger does not say, a verifier's name says so."""
    if row["closed"] is not None:
        return bool(row["closed"])
    return bool(row["finished_on"] and verifier and row["done"] is not False)


def _check_finished(finished_on: date, found_on: date, day: date) -> None:
    if finished_on > day:
        raise fault("finished_on", _("完成时间晚于今天，请核对；没有完成的请不要填写。"))
    if finished_on < found_on:
        raise fault("finished_on", _("完成时间早于排查时间，请核对。"))


def _closed(row: Row, verifier: str, day: date) -> dict[str, Any]:
    finished_on = row["finished_on"]
    if finished_on is None:
        raise fault("finished_on", _("已销号的行请填写完成时间。"))
    if not verifier:
        raise fault("verifier", _("已销号的行请填写验收人。"))
    verified_on = row["verified_on"] or finished_on
    if not finished_on <= verified_on <= day:
        raise fault("verified_on", _("验收时间应在完成时间以后、今天以前，请核对。"))
    return {
        "submitted_at": _noon(finished_on),
        "submitted_by_name": _said(row["person"]),
        "closed_at": _noon(verified_on),
        "closed_by_name": verifier,
    }


def _values(row: Row, org: Org, found_on: date) -> dict[str, Any]:
    category = category_code(_said(row["category"]) or OTHER)
    funds = row["funds"]
    person, unit = _said(row["person"]), _said(row["unit"])
    notes = [
        _said(row["remarks"]),
        _("资金为约数") if funds and funds.approximate else "",
        _("原类别：%(name)s") % {"name": row["category"]} if category is None else "",
        *_kept_words(row),
    ]
    return {
        "place_text": _said(row["place"]) or _("未注明"),
        "description": row["description"],
        "category": category or OTHER,
        "cause": _said(row["cause"]),
        "source": SOURCES.get(_said(row["source"]), HazardSource.SELF_CHECK),
        "found_by_name": _said(row["found_by"]) or _("未注明"),
        "responsible_unit": unit or (org.name if person else ""),
        "responsible_name": person,
        "measure": _said(row["measure"]),
        "funds": funds.yuan if funds else None,
        "due_on": _due_on(row["due"], found_on),
        "contingency": _said(row["contingency"]),
        "interim_measure": _said(row["interim"]),
        "remarks": "；".join(filter(None, notes))[:300],
    }


def _kept_words(row: Row) -> list[str]:
    """What a ledger says and no column of ours takes: it is not lost."""
    due, done, finished_on = row["due"], row["done"], row["finished_on"]
    vague = isinstance(due, str) and not is_blank(due) and _due_on(due, row["found_on"]) is None
    nobody = finished_on and not (_said(row["person"]) and _said(row["measure"]))
    return [
        _("原期限：%(words)s") % {"words": due} if vague else "",
        _("整改情况：%(words)s") % {"words": done} if isinstance(done, str) else "",
        _("台账完成时间：%(day)s") % {"day": finished_on} if nobody and not row["closed"] else "",
    ]


def _due_on(cell: object, found_on: date) -> date | None:
    try:
        due_on = read_deadline(cell, found_on).on
    except Unreadable as unread:
        raise fault("due", _(unread.hint)) from unread
    if due_on is not None and due_on < found_on:
        raise fault("due", _("整改期限早于排查时间，请核对。"))
    return due_on


def _demand_the_four(values: dict[str, Any]) -> None:
    """三.4.g: a major hazard is not taken in without them, struck off or not."""
    wanted = (
        ("interim_measure", "interim", _("重大隐患请填写临时防范措施。")),
        ("responsible_name", "person", _("重大隐患请填写责任人。")),
        ("due_on", "due", _("重大隐患请写明整改期限是哪一天。")),
    )
    for name, cell, message in wanted:
        if not values[name]:
            raise fault(cell, message)


def _hazard(line: _Line, serial: int, context: ImportContext) -> dict[str, Any]:
    assigned = line.state in {HazardState.ASSIGNED, HazardState.SUBMITTED}
    major = line.level == HazardLevel.MAJOR
    ended = line.state == HazardState.CLOSED
    return {
        "uuid": uuid_of(line.origin),
        "org_id": line.org.pk,
        "county_id": line.org.county_id or line.org.pk,
        "year": line.found_on.year,
        "serial": serial,
        "number": number_of(line.found_on.year, serial),
        "state": line.state,
        "origin": line.origin,
        "level": line.level,
        "level_reason": _("台账已定为重大隐患") if major else "",
        "graded_major_at": (_noon(line.found_on) if ended else context.at) if major else None,
        "found_on": line.found_on,
        "recorded_at": context.at,
        "recorded_by_id": context.actor.user_id or None,
        "assigned_at": context.at if assigned else None,
        **line.values,
    }


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, TIMEZONE)


def _said(value: str | None) -> str:
    """The text of a cell; nothing for 无 and strokes."""
    return "" if value is None or is_blank(value) else value.strip()
