"""Lines of a paper ledger (隐患台账) and of a table of criteria into the database, row by row.

The one exception to "a state is only ever moved": a line of a ledger kept on paper enters in the
state it has there, closed ones as history, with one journal line ``import`` that says so. All
constraints of the table hold. A line is known again by what it says (``rules.ledger_origin``), so
that importing a ledger twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor, require
from anxiao.foundation.access.scoping import within
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import TIMEZONE, business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.spellings import Unreadable, is_blank, read_deadline
from anxiao.foundation.orgs.models import Org, OrgName
from anxiao.foundation.orgs.rules import name_key
from anxiao.foundation.orgs.states import OrgState
from anxiao.foundation.registers.declare import ImportContext, Outcome, Rejected, Row
from anxiao.loop.hazards.catalog import OTHER, CriterionEntry, category_code, criterion_faults
from anxiao.loop.hazards.models import Hazard, LedgerYear
from anxiao.loop.hazards.rules import ledger_origin, number_of
from anxiao.loop.hazards.services.criteria import save_criterion
from anxiao.loop.hazards.states import (
    LIVE_STATES,
    CriterionMethod,
    HazardLevel,
    HazardSource,
    HazardState,
)

NOON = time(12)
"""Paper ledgers know days, not hours."""
NAMES_SEARCHED = 5000
CLOSE_ENOUGH = 0.6
SOURCES = {str(label): value for value, label in HazardSource.choices}


@dataclass(slots=True)
class _Memory:
    """What ``prepare`` fetched for the next rows.

    ``units`` by name key, ``known`` hazards by origin (number, state), ``ledgers`` by unit and
    year (locked), ``names`` of units for suggestions (fetched when first needed).
    """

    units: dict[str, list[Org]]
    known: dict[str, tuple[str, str]]
    ledgers: dict[tuple[int, int], LedgerYear]
    graded: bool
    names: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A row understood: what the hazard will be."""

    org: Org
    found_on: date
    level: str
    state: str
    origin: str
    values: dict[str, Any]


def prepare_ledger_rows(rows: Sequence[Row], context: ImportContext) -> None:
    """Fetch units, lines known already and ledger counters of ``rows``; five queries."""
    units = _units(rows, context.org_path)
    pairs = [(row, org) for row in rows for org in units.get(_key(row), [])]
    origins = {_origin(row, org) for row, org in pairs}
    known = Hazard.objects.filter(
        org__in={org.pk for _row, org in pairs}, origin__in=origins
    ).values_list("origin", "number", "state")
    context.memory["ledger"] = _Memory(
        units=units,
        known={origin: (number, state) for origin, number, state in known},
        ledgers=_ledgers({(org.pk, row["found_on"].year) for row, org in pairs}),
        graded=any(row["level"] for row in rows),
    )


def import_ledger_row(row: Row, context: ImportContext) -> Outcome | Rejected:
    """Enter one line of a paper ledger; ``SAME`` when it is there already.

    Raises ``Forbidden`` where the actor may not enter hazards, ``Invalid`` with the field at
    fault and what to do.
    """
    memory: _Memory = context.memory["ledger"]
    org = _unit(row, memory, context)
    allow(context.actor, "hazards.open", org.path)
    line = _understood(row, org, memory, business_day(context.at))
    if line.origin in memory.known:
        return _again(line, memory.known[line.origin])
    ledger = memory.ledgers[org.pk, line.found_on.year]
    hazard = _create(line, ledger, context)
    LedgerYear.objects.filter(pk=ledger.pk).update(last=F("last") + 1)
    record(
        "import",
        hazard,
        actor=context.actor,
        at=context.at,
        org_path=org.path,
        detail={"number": hazard.number, "state": hazard.state, "row": context.row_number},
    )
    memory.known[line.origin] = (hazard.number, hazard.state)
    ledger.last += 1
    return Outcome.CREATED


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


def _key(row: Row) -> str:
    return name_key(row["school"])


def _origin(row: Row, org: Org) -> str:
    return ledger_origin(org.pk, row["found_on"], row["place"] or "", row["description"])


def _units(rows: Sequence[Row], path: str) -> dict[str, list[Org]]:
    """Units below ``path`` by the names in ``rows``: of today, of old, short ones, codes."""
    wanted = {_key(row) for row in rows}
    spoken = {row["school"].strip() for row in rows}
    old = OrgName.objects.filter(name_key__in=wanted).values_list("org_id", "name_key")
    by_old: dict[int, set[str]] = {}
    for org_id, key in old:
        by_old.setdefault(org_id, set()).add(key)
    named = Q(name_key__in=wanted) | Q(short_name__in=spoken) | Q(code__in=spoken)
    found: dict[str, list[Org]] = {}
    for org in Org.objects.filter(named | Q(pk__in=by_old), within([path])).order_by("id"):
        keys = {org.name_key, name_key(org.short_name), name_key(org.code)}
        for key in (keys | by_old.get(org.pk, set())) & wanted:
            found.setdefault(key, []).append(org)
    return found


def _unit(row: Row, memory: _Memory, context: ImportContext) -> Org:
    matches = memory.units.get(_key(row), [])
    exact = [org for org in matches if org.name_key == _key(row)] or matches
    open_ones = [org for org in exact if org.state == OrgState.ACTIVE]
    if len(open_ones) == 1:
        return open_ones[0]
    name = row["school"].strip()
    if len(open_ones) > 1:
        message = _("有 %(n)d 个单位叫“%(name)s”，请改填单位代码。")
        raise _fault("school", message % {"n": len(open_ones), "name": name})
    if matches:
        message = _("“%(name)s”已停办或并入其他单位，请改填现在的单位。")
        raise _fault("school", message % {"name": name})
    raise _fault("school", _unknown(name, memory, context))


def _unknown(name: str, memory: _Memory, context: ImportContext) -> str:
    if memory.names is None:
        rows = Org.objects.filter(within([context.org_path]), state=OrgState.ACTIVE)
        memory.names = list(rows.order_by("path").values_list("name", flat=True)[:NAMES_SEARCHED])
    near = get_close_matches(name, memory.names, n=3, cutoff=CLOSE_ENOUGH)
    if near:
        return _("没有名为“%(name)s”的单位，是不是“%(near)s”？请按单位全称填写。") % {
            "name": name,
            "near": _("”“").join(near),
        }
    return _("没有名为“%(name)s”的单位，请按单位全称填写，或先登记这个单位。") % {"name": name}


def _ledgers(wanted: set[tuple[int, int]]) -> dict[tuple[int, int], LedgerYear]:
    """The counters, made where missing and held until this transaction ends."""
    LedgerYear.objects.bulk_create(
        [LedgerYear(org_id=org_id, year=year) for org_id, year in sorted(wanted)],
        ignore_conflicts=True,
    )
    rows = LedgerYear.objects.filter(
        org__in={org_id for org_id, _year in wanted}, year__in={year for _org, year in wanted}
    ).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(of=("self",))
    return {(row.org_id, row.year): row for row in rows}


def _again(line: _Line, known: tuple[str, str]) -> Outcome | Rejected:
    number, state = known
    if line.state == HazardState.CLOSED and state in LIVE_STATES:
        message = _("这项隐患已在账上（%(number)s），尚未销号，请在系统内办理复查销号。")
        return Rejected("closed", message % {"number": number})
    return Outcome.SAME


def _understood(row: Row, org: Org, memory: _Memory, day: date) -> _Line:
    found_on: date = row["found_on"]
    if found_on > day:
        raise _fault("found_on", _("排查时间晚于今天，请核对。"))
    if row["level"] is None and memory.graded:
        raise _fault("level", _("等级请填“一般”或“重大”。"))
    level = row["level"] or HazardLevel.ORDINARY
    state, ending = _ending(row, day)
    values = _values(row, org, found_on) | ending
    if level == HazardLevel.MAJOR:
        _demand_the_four(values)
    return _Line(org, found_on, level, state, _origin(row, org), values)


def _ending(row: Row, day: date) -> tuple[str, dict[str, Any]]:
    """The state a line enters in, and the stamps that go with it."""
    finished_on, verifier = row["finished_on"], _said(row["verifier"])
    if finished_on is not None:
        _check_finished(finished_on, row["found_on"], day)
    closed = row["closed"]
    if closed is None:
        closed = bool(finished_on and verifier)
    if closed:
        return HazardState.CLOSED, _closed(row, verifier, day)
    if not (_said(row["person"]) and _said(row["measure"])):
        return HazardState.OPEN, {}
    if finished_on is None:
        return HazardState.ASSIGNED, {}
    done = {"submitted_at": _noon(finished_on), "submitted_by_name": _said(row["person"])}
    return HazardState.SUBMITTED, done


def _check_finished(finished_on: date, found_on: date, day: date) -> None:
    if finished_on > day:
        raise _fault("finished_on", _("完成时间晚于今天，请核对；没有完成的请不要填写。"))
    if finished_on < found_on:
        raise _fault("finished_on", _("完成时间早于排查时间，请核对。"))


def _closed(row: Row, verifier: str, day: date) -> dict[str, Any]:
    finished_on = row["finished_on"]
    if finished_on is None:
        raise _fault("finished_on", _("已销号的行请填写完成时间。"))
    if not verifier:
        raise _fault("verifier", _("已销号的行请填写验收人。"))
    verified_on = row["verified_on"] or finished_on
    if not finished_on <= verified_on <= day:
        raise _fault("verified_on", _("验收时间应在完成时间以后、今天以前，请核对。"))
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


def _due_on(cell: object, found_on: date) -> date | None:
    try:
        due_on = read_deadline(cell, found_on).on
    except Unreadable as fault:
        raise _fault("due", _(fault.hint)) from fault
    if due_on is not None and due_on < found_on:
        raise _fault("due", _("整改期限早于排查时间，请核对。"))
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
            raise _fault(cell, message)


def _create(line: _Line, ledger: LedgerYear, context: ImportContext) -> Hazard:
    serial = ledger.last + 1
    assigned = line.state in {HazardState.ASSIGNED, HazardState.SUBMITTED}
    major = line.level == HazardLevel.MAJOR
    ended = line.state == HazardState.CLOSED
    return Hazard.objects.create(
        uuid=uuid5(NAMESPACE_URL, line.origin),
        org=line.org,
        county_id=line.org.county_id or line.org.pk,
        year=line.found_on.year,
        serial=serial,
        number=number_of(line.found_on.year, serial),
        state=line.state,
        origin=line.origin,
        level=line.level,
        level_reason=_("台账已定为重大隐患") if major else "",
        graded_major_at=(_noon(line.found_on) if ended else context.at) if major else None,
        found_on=line.found_on,
        recorded_at=context.at,
        recorded_by_id=context.actor.user_id or None,
        assigned_at=context.at if assigned else None,
        **line.values,
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, TIMEZONE)


def _said(value: str | None) -> str:
    """The text of a cell; nothing for 无 and strokes."""
    return "" if value is None or is_blank(value) else value.strip()


def _fault(field: str, message: str) -> Invalid:
    return Invalid(message, {field: message})
