"""What is wrong becomes a hazard whose form is already filled; what is known already is joined."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.errors import NotFound
from anxiao.foundation.places.rules import joined
from anxiao.loop.hazards.models import Criterion, Hazard
from anxiao.loop.hazards.services import Found, comment_hazard, open_hazard
from anxiao.loop.hazards.states import LIVE_STATES
from anxiao.loop.inspections.models import Finding, Inspection
from anxiao.loop.inspections.rules import FAIL, Checked, hazard_uuid, origin_of
from anxiao.loop.inspections.services.scene import Scene

PLACE_TEXT_MAX = 120
LEVEL_REASON_MAX = 200


def open_findings(
    inspection: Inspection, scene: Scene, checked: Checked, *, actor: Actor, at: datetime
) -> None:
    """Open a hazard per failed item; one still in the ledger for the same place is joined.

    Whoever follows the joined hazard reads that it was found again, if the inspector may see it.
    """
    items = {item["code"]: item for item in scene.checklist.items}
    failed = checked.having(FAIL)
    origins = {code: _origin(code, inspection) for code in failed}
    live = _live(scene, list(origins.values()))
    criteria = _criteria([items[code] for code in failed])
    for code in failed:
        given = checked.answers[code]
        hazard = live.get(origins[code])
        if hazard is None:
            found = _found(inspection, scene, items[code], given, criteria)
            hazard = open_hazard(found, actor=actor, at=at)
        else:
            _found_again(hazard, inspection, given["note"], actor=actor, at=at)
        quick.add(Finding(inspection=inspection, item_code=code, note=given["note"], hazard=hazard))


def _origin(item_code: str, inspection: Inspection) -> str:
    return origin_of(item_code, inspection.point_id, inspection.place_id)


def _live(scene: Scene, origins: list[str]) -> dict[str, Hazard]:
    found = quick.many(
        _LIVE.format(origins=quick.marks(origins), states=quick.marks(LIVE_STATES)),
        [scene.org.pk, *origins, *LIVE_STATES],
    )
    if not found:
        return {}
    rows = [Hazard.from_db(connection.alias, _COLUMNS, row) for row in found]
    for row in rows:
        row.org = scene.org
    return {row.origin: row for row in rows}


_COLUMNS = [
    *("id", "org_id", "state", "origin", "place_text", "description", "recorded_by_id"),
    *("responsible_id", "assigned_by_id"),
]
_LIVE = f"""
SELECT {", ".join(_COLUMNS)} FROM hazards_hazard
WHERE org_id = %s AND origin IN ({{origins}}) AND state IN ({{states}}) ORDER BY id DESC
"""  # noqa: S608 - our own names


def _criteria(items: list[dict[str, Any]]) -> dict[str, Criterion]:
    wanted = {item.get("criterion") for item in items} - {None, ""}
    if not wanted:
        return {}
    rows = Criterion.objects.filter(code__in=wanted, retired_on__isnull=True)
    return {row.code: row for row in rows if not row.is_open}


def _found_again(
    hazard: Hazard, inspection: Inspection, note: str, *, actor: Actor, at: datetime
) -> None:
    day = inspection.happened_on
    text = _("%(month)d月%(day)d日检查时仍不合格。%(note)s") % {
        "month": day.month,
        "day": day.day,
        "note": note,
    }
    with suppress(NotFound):
        comment_hazard(hazard, text=text.strip(), actor=actor, at=at)


def _found(
    inspection: Inspection,
    scene: Scene,
    item: Mapping[str, Any],
    given: Mapping[str, Any],
    criteria: Mapping[str, Criterion],
) -> Found:
    """The hazard form as the failed item fills it."""
    place = inspection.place.full_name if inspection.place else ""
    spot = scene.point.name if scene.point else ""
    text = str(item["text"]).rstrip("。")
    return Found(
        uuid=hazard_uuid(inspection.uuid, item["code"]),
        org=scene.org,
        source=inspection.kind,
        category=scene.checklist.category,
        description=given["note"] or _("不符合：%(text)s") % {"text": text},
        place_text=(joined(place, spot) or scene.checklist.title)[:PLACE_TEXT_MAX],
        level=item["level"],
        criterion=criteria.get(item.get("criterion") or ""),
        level_reason=text[:LEVEL_REASON_MAX] if item["level"] == "major" else "",
        point=scene.point,
        place=inspection.place,
        basis=item.get("basis", ""),
        found_on=inspection.happened_on,
        found_by_name=inspection.inspector_name,
        late_reason=inspection.late_reason,
        photos=[each for uuid in given["photos"] if (each := scene.uploads.get(UUID(uuid)))],
        origin=_origin(item["code"], inspection),
        suggested_measure=item.get("suggest", ""),
        suggested_days=item.get("days"),
    )
