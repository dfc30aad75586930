"""What is wrong becomes a hazard whose form is already filled; what is known already is joined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal.services import Line
from anxiao.foundation.places.rules import joined
from anxiao.loop.hazards.models import Criterion
from anxiao.loop.hazards.services import Found, Matter, comment_hazards, open_hazards
from anxiao.loop.hazards.states import LIVE_STATES
from anxiao.loop.inspections.models import Finding
from anxiao.loop.inspections.rules import Checked, Submitted, hazard_uuid, origin_of
from anxiao.loop.inspections.services.scene import Scene

PLACE_TEXT_MAX = 120
LEVEL_REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Failing:
    """An inspection just stored in which items failed."""

    id: int
    submitted: Submitted
    scene: Scene
    checked: Checked
    items: Sequence[str]
    """Codes of those that failed."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """One failed item of an inspection; ``origin`` names the place with the item."""

    of: Failing
    item: Mapping[str, Any]
    origin: str

    @property
    def given(self) -> Mapping[str, Any]:
        """What was said about it."""
        return self.of.checked.answers[self.item["code"]]

    @property
    def key(self) -> tuple[int, str]:
        """What makes it the same matter as another one."""
        return self.of.scene.org.pk, self.origin


def open_findings(
    failing: Iterable[Failing], *, actor: Actor, at: datetime
) -> tuple[dict[int, list[tuple[str, int, str]]], list[Line]]:
    """Open a hazard per failed item; one still in the ledger for the same place is joined.

    Whoever follows the joined hazard reads that it was found again, if the inspector may see it.
    Returns per inspection the failed items with id and number of their hazards; and what the
    caller writes into the journal of those opened.
    """
    failed = [each for one in failing for each in _failed(one)]
    lines: list[Line] = []
    if not failed:
        return {}, lines
    hazards = _live(failed)
    first = {each.key: each for each in reversed(failed) if each.key not in hazards}
    fresh = [each for each in failed if first.get(each.key) is each]
    if fresh:
        criteria = _criteria([each.item for each in fresh])
        found = [_found(each, criteria, actor) for each in fresh]
        opened = open_hazards(found, actor=actor, at=at)
        lines = [one.line for one in opened]
        hazards |= {each.key: one.matter for each, one in zip(fresh, opened, strict=True)}
    again = [each for each in failed if first.get(each.key) is not each]
    if again:
        said = [(hazards[each.key], _found_again(each)) for each in again]
        comment_hazards(said, actor=actor, at=at)
    quick.insert(
        Finding,
        [
            {
                "inspection_id": each.of.id,
                "item_code": each.item["code"],
                "note": each.given.get("note", ""),
                "hazard_id": hazards[each.key].id,
            }
            for each in failed
        ],
    )
    told: dict[int, list[tuple[str, int, str]]] = {}
    for each in failed:
        hazard = hazards[each.key]
        told.setdefault(each.of.id, []).append((each.item["code"], hazard.id, hazard.number))
    return told, lines


def _failed(failing: Failing) -> list[_Failed]:
    items = {item["code"]: item for item in failing.scene.checklist.items}
    place = failing.scene.place
    return [
        _Failed(
            failing,
            items[code],
            origin_of(code, failing.submitted.point_id, place.pk if place else None),
        )
        for code in failing.items
    ]


def _live(failed: Sequence[_Failed]) -> dict[tuple[int, str], Matter]:
    """Hazards still in the ledger for the same places, the oldest of each."""
    units = {each.of.scene.org.pk: each.of.scene.org for each in failed}
    origins = list({each.origin for each in failed})
    sql = _LIVE.format(
        units=quick.marks(list(units)),
        origins=quick.marks(origins),
    )
    rows = sorted(quick.many(sql, [*units, *origins]), key=itemgetter(3), reverse=True)
    return {
        (unit, origin): Matter(pk, units[unit], number, place_text, description, tuple(people))
        for unit, origin, state, pk, number, place_text, description, *people in rows
        if state in LIVE_STATES
    }


# Nothing else is asked for: SQLite would then read all that is open at the unit, or all in order.
_LIVE = """
SELECT org_id, origin, state, id, number, place_text, description, responsible_id, recorded_by_id,
  assigned_by_id
FROM hazards_hazard
WHERE org_id IN ({units}) AND origin IN ({origins})
"""


def _criteria(items: Sequence[Mapping[str, Any]]) -> dict[str, Criterion]:
    wanted = {item.get("criterion") for item in items} - {None, ""}
    if not wanted:
        return {}
    rows = Criterion.objects.filter(code__in=wanted, retired_on__isnull=True)
    return {row.code: row for row in rows if not row.is_open}


def _found_again(failed: _Failed) -> str:
    day = failed.of.submitted.happened_on
    text = _("%(month)d月%(day)d日检查时仍不合格。%(note)s") % {
        "month": day.month,
        "day": day.day,
        "note": failed.given.get("note", ""),
    }
    return text.strip()


def _found(failed: _Failed, criteria: Mapping[str, Criterion], actor: Actor) -> Found:
    """The hazard form as the failed item fills it."""
    submitted, scene, item, given = (
        failed.of.submitted,
        failed.of.scene,
        failed.item,
        failed.given,
    )
    spot = scene.point.name if scene.point else ""
    place = scene.place.full_name if scene.place else ""
    text, photos = str(item["text"]).rstrip("。"), given.get("photos", ())
    return Found(
        uuid=hazard_uuid(submitted.uuid, item["code"]),
        org=scene.org,
        source=submitted.kind,
        category=scene.checklist.category,
        description=given.get("note") or _("不符合：%(text)s") % {"text": text},
        place_text=(joined(place, spot) or _("地点未写明"))[:PLACE_TEXT_MAX],
        level=item["level"],
        criterion=criteria.get(item.get("criterion") or ""),
        level_reason=text[:LEVEL_REASON_MAX] if item["level"] == "major" else "",
        point=scene.point,
        place=scene.place,
        basis=item.get("basis", ""),
        found_on=submitted.happened_on,
        found_by_name=actor.name,
        late_reason=submitted.late_reason,
        photos=[each for uuid in photos if (each := scene.uploads.get(UUID(uuid)))],
        origin=failed.origin,
        suggested_measure=item.get("suggest", ""),
        suggested_days=item.get("days"),
    )
