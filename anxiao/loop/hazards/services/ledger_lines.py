"""What a line of a paper ledger speaks of: its unit, and whether it stands here already.

A line is known again by what it says (``rules.ledger_origin``), so that importing a ledger twice
changes nothing, whatever became of the hazard and of the unit meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Q
from django.utils.translation import gettext as _

from anxiao.foundation.access.scoping import within
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.spellings import is_blank
from anxiao.foundation.orgs.models import Org, OrgName
from anxiao.foundation.orgs.rules import name_key
from anxiao.foundation.orgs.states import OrgState
from anxiao.foundation.registers.declare import ImportContext, Misnamed, Row
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.rules import ledger_origin
from anxiao.loop.hazards.services.numbering import Ledger, hold_serials

NAMES_SEARCHED = 5000
SAID = ("org_id", "found_on", "place_text", "description", "origin", "number", "state")
CLOSE_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A hazard to be written: its values, its unit's path, and the row of the file it stood in."""

    values: dict[str, Any]
    org_path: str
    row: int


def uuid_of(origin: str) -> UUID:
    """A line of a ledger bears its origin as its UUID too: it is stored once, and found by it."""
    return uuid5(NAMESPACE_URL, origin)


class Origins(dict[tuple[int, date, str, str], str]):
    """Unit, day, place and description → what names such a line for good; each reckoned once."""

    def __missing__(self, said: tuple[int, date, str, str]) -> str:
        unit_id, found_on, place, description = said
        named = "" if is_blank(place) or place == _("未注明") else place
        self[said] = origin = ledger_origin(unit_id, found_on, named, description)
        return origin

    def of(self, row: Row, unit_id: int) -> str:
        """The origin of a row's hazard if that is its unit."""
        return self[unit_id, row["found_on"], row["place"] or "", row["description"]]


@dataclass(slots=True)
class Memory:
    """What ``prepare`` fetched for the next rows.

    ``units`` by name key, ``origins`` reckoned so far, ``known`` hazards by origin (number, state),
    the last ``serials`` of ledgers (held), ``names`` of units for suggestions (fetched when first
    needed), ``lines`` to be written.
    """

    units: dict[str, list[Org]]
    origins: Origins
    known: dict[str, tuple[str, str]]
    serials: dict[Ledger, int]
    graded: bool
    names: list[str] | None = None
    lines: list[LedgerLine] = field(default_factory=list)


def prepare_ledger_rows(rows: Sequence[Row], context: ImportContext) -> None:
    """Fetch units, ledger counters and lines known already of ``rows``; six queries.

    The counters are held first: whoever brings the same lines has brought them by then.
    """
    units = _units(rows, context.org_path)
    pairs = [(row, org) for row in rows for org in units.get(_key(row), [])]
    serials = hold_serials({(org.pk, row["found_on"].year) for row, org in pairs})
    origins = Origins()
    context.memory["ledger"] = Memory(
        units=units,
        origins=origins,
        known=_known(pairs, origins),
        serials=serials,
        graded=any(row["level"] for row in rows),
    )


def _key(row: Row) -> str:
    return name_key(row["school"])


def _known(pairs: Sequence[tuple[Row, Org]], origins: Origins) -> dict[str, tuple[str, str]]:
    """Number and state of lines that stand on the ledger, by the origin a row would have.

    By what was imported, and by what the hazard says: one entered here and exported since is no
    other hazard. Those of a unit merged into another count as the other's.
    """
    units = {org.pk for _row, org in pairs}
    holders = {unit: [unit] for unit in units}
    merged = Org.objects.filter(merged_into__in=units).values_list("pk", "merged_into_id")
    for absorbed, into in merged:
        holders.setdefault(absorbed, []).append(into)
    pasts = {unit: [one for one, held_by in holders.items() if unit in held_by] for unit in units}
    now_called = {
        origins.of(row, unit): origins.of(row, org.pk)
        for row, org in pairs
        for unit in pasts[org.pk]
    }
    same_words = Hazard.objects.filter(
        county__in={org.county_id or org.pk for _row, org in pairs},
        found_on__in={row["found_on"] for row, _org in pairs},
        description__in={row["description"] for row, _org in pairs},
    )
    same_origin = Hazard.objects.filter(uuid__in=map(uuid_of, now_called))
    found = [
        row
        for rows in (same_words, same_origin)  # each by its own index
        for row in rows.filter(org__in=holders).values_list(*SAID)
    ]
    known = {}
    for unit, found_on, place, description, origin, number, state in found:
        for holder in holders[unit]:
            known[origins[holder, found_on, place, description]] = (number, state)
        if origin in now_called:
            known[now_called[origin]] = (number, state)
    return known


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


def unit_of(row: Row, memory: Memory, context: ImportContext) -> Org:
    """The one unit a row means; ``Invalid`` says what to write instead."""
    matches = memory.units.get(_key(row), [])
    exact = [org for org in matches if org.name_key == _key(row)] or matches
    open_ones = [org for org in exact if org.state == OrgState.ACTIVE]
    if len(open_ones) == 1:
        return open_ones[0]
    name = row["school"].strip()
    if len(open_ones) > 1:
        message = _("有 %(n)d 个单位叫“%(name)s”，请改填单位代码。")
        raise fault("school", message % {"n": len(open_ones), "name": name})
    if matches and memory.origins.of(row, exact[0].pk) in memory.known:
        return exact[0]  # a line of its past, imported while it was open
    if matches:
        message = _("“%(name)s”已停办或并入其他单位，请改填现在的单位。")
        raise fault("school", message % {"name": name})
    raise _unknown(name, memory, context)


def _unknown(name: str, memory: Memory, context: ImportContext) -> Misnamed:
    if memory.names is None:
        rows = Org.objects.filter(within([context.org_path]), state=OrgState.ACTIVE)
        memory.names = list(rows.order_by("path").values_list("name", flat=True)[:NAMES_SEARCHED])
    near = get_close_matches(name, memory.names, n=3, cutoff=CLOSE_ENOUGH)
    if near:
        message = _("没有名为“%(name)s”的单位，是不是“%(near)s”？请按单位全称填写。")
        return Misnamed("school", message % {"name": name, "near": _("”“").join(near)}, near)
    message = _("没有名为“%(name)s”的单位，请按单位全称填写，或先登记这个单位。")
    return Misnamed("school", message % {"name": name}, ())


def fault(field: str, message: str) -> Invalid:
    """An error at one field of a row."""
    return Invalid(message, {field: message})
