"""Entering a hazard (登记): once by its UUID, numbered, graded, told to those who assign."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import Line, record_all
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import AnotherBody, Invalid, NotFound
from anxiao.foundation.messaging.services import Note, notify_all
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgState
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.hazards.catalog import OTHER, category_code
from anxiao.loop.hazards.models import Criterion, Hazard
from anxiao.loop.hazards.queries.people import holders_at
from anxiao.loop.hazards.rules import (
    finding_faults,
    interim_until,
    is_late_entry,
    missing_of_four,
    number_of,
)
from anxiao.loop.hazards.rules.demands import FOUR, Finding
from anxiao.loop.hazards.services.holding import attach, own_photos, refuse
from anxiao.loop.hazards.services.numbering import take_serials
from anxiao.loop.hazards.services.telling import (
    Matter,
    named,
    notes,
    tell_groups,
    tell_level,
)
from anxiao.loop.hazards.states import HazardLevel, HazardSource, PhotoStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A hazard as it was found. ``uuid`` is made on the device: sent twice, it is stored once.

    ``category`` is a code, a label or a synonym; what nobody knows is filed as 其他. ``level``
    major needs ``criterion`` or ``level_reason``; a cited ``basis`` counts as the reason.
    ``origin`` names the record that found it. For a major hazard the four (``interim_measure``,
    ``responsible_unit``, ``responsible_name``, ``due_on``) are asked for at once; it is entered
    without them too, shown as lacking them, and can neither be assigned nor struck off.
    """

    uuid: UUID
    org: Org
    source: str
    category: str
    description: str
    place_text: str
    found_on: date
    level: str = HazardLevel.ORDINARY
    criterion: Criterion | None = None
    level_reason: str = ""
    point: Point | None = None
    place: Place | None = None
    basis: str = ""
    cause: str = ""
    found_by_name: str = ""
    late_reason: str = ""
    remarks: str = ""
    photos: Sequence[Upload] = ()
    origin: str = ""
    suggested_measure: str = ""
    suggested_days: int | None = None
    interim_measure: str = ""
    responsible_unit: str = ""
    responsible_name: str = ""
    due_on: date | None = None


TEXTS = (
    *("description", "place_text", "level_reason", "basis", "cause", "found_by_name"),
    *("late_reason", "remarks", "suggested_measure", "interim_measure"),
    *("responsible_unit", "responsible_name"),
)
LONGEST = {
    field.name: field.max_length or 0 for field in Hazard._meta.fields if field.name in TEXTS
}
QUOTED = ("basis", "suggested_measure")
"""Texts that come from checklists; cut where they are longer than the ledger's column."""
KEPT = (*TEXTS, "source", "level", "origin", "found_on", "suggested_days", "due_on")
"""Fields of ``Found`` that the row keeps as they are."""


SOURCES = frozenset(HazardSource.values)
TAKEN = "同一编号已登记过另一项隐患。"
_KNOWN = "SELECT id FROM hazards_hazard WHERE uuid = %s"


def open_hazard(found: Found, *, actor: Actor, at: datetime) -> Hazard:
    """Enter a hazard into its unit's ledger; the same ``uuid`` and content gives it again.

    Raises ``Forbidden`` without ``hazards.open`` at the unit, ``Invalid`` with fields,
    ``AnotherBody`` when the ``uuid`` came before with other content; whoever took it in keeps it
    (``conflicts.services.keep``).
    """
    return open_hazard_once(found, actor=actor, at=at)[0]


def open_hazard_once(found: Found, *, actor: Actor, at: datetime) -> tuple[Hazard, bool]:
    """``open_hazard``, and whether it is new."""
    found = _tidied(found, actor)
    digest = _digest(found)
    known = _known(found.uuid, digest, actor)
    if known is not None:
        return known, False
    _check(found, actor, at)
    try:
        with transaction.atomic():
            (opened,) = _store([(found, digest)], actor=actor, at=at)
            record_all([opened.line], actor=actor, at=at)
    except (IntegrityError, AnotherBody):
        known = _known(found.uuid, digest, actor)
        if known is None:
            raise
        return known, False
    return _hazard_of(opened), True


def known_before(found: Found, actor: Actor) -> Hazard | None:
    """The hazard of this ``uuid`` and content, if there is one; raises as ``open_hazard``."""
    return _known(found.uuid, _digest(_tidied(found, actor)), actor)


@dataclass(frozen=True, slots=True)
class Opened:
    """A hazard just entered, as it was found and as its row was written."""

    id: int
    found: Found
    row: Mapping[str, Any]

    @property
    def matter(self) -> Matter:
        """The hazard for whoever speaks of it next."""
        found = self.found
        people = (self.row["recorded_by_id"],)
        return Matter(
            self.id, found.org, self.row["number"], found.place_text, found.description, people
        )

    @property
    def line(self) -> Line:
        """What the journal says of it."""
        found, missing = self.found, _missing(self.found)
        detail = {
            "number": self.row["number"],
            "level": found.level,
            "source": found.source,
            "category": found.category,
            **({"late_reason": found.late_reason} if found.late_reason else {}),
            **({"missing": list(missing)} if missing else {}),
        }
        return Line("open", Hazard._meta.label_lower, self.id, found.org.path, detail)


def open_hazards(found: Iterable[Found], *, actor: Actor, at: datetime) -> list[Opened]:
    """Enter hazards that are all new, in this order, into their ledgers.

    The caller has a transaction, and undoes it when this raises: as ``open_hazard``, for any. It
    writes the ``line`` of each into the journal, with its own in one statement.
    """
    tidied = [_tidied(each, actor) for each in found]
    for each in tidied:
        _check(each, actor, at)
    return _store([(each, _digest(each)) for each in tidied], actor=actor, at=at)


def _hazard_of(opened: Opened) -> Hazard:
    hazard = Hazard(id=opened.id, **opened.row)
    hazard.org = opened.found.org
    hazard._state.adding, hazard._state.db = False, connection.alias
    return hazard


def _tidied(found: Found, actor: Actor) -> Found:
    texts: dict[str, Any] = {name: getattr(found, name).strip() for name in TEXTS}
    for name in QUOTED:
        texts[name] = texts[name][: _longest(name)]
    texts["found_by_name"] = texts["found_by_name"] or actor.name
    if found.level == HazardLevel.MAJOR and found.criterion is None:
        texts["level_reason"] = texts["level_reason"] or texts["basis"]
    return replace(found, **texts, category=category_code(found.category) or OTHER)


def _digest(found: Found) -> str:
    body = {name: str(getattr(found, name)) for name in (*KEPT, "category")}
    body |= {
        name: str(getattr(getattr(found, name), "pk", ""))
        for name in ("org", "criterion", "point", "place")
    }
    body["photos"] = ",".join(sorted(str(photo.uuid) for photo in found.photos))
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(uuid: UUID, digest: str, actor: Actor) -> Hazard | None:
    if quick.one(_KNOWN, [quick.key(uuid)]) is None:
        return None
    row = Hazard.objects.select_related("org").get(uuid=uuid)
    if row.recorded_by_id != actor.user_id:
        raise NotFound(_("没有这项隐患。"))
    if row.body_sha256 != digest:
        raise AnotherBody(_(TAKEN))
    return row


def _check(found: Found, actor: Actor, at: datetime) -> None:
    require(actor, "hazards.open", found.org.path)
    day = business_day(at)
    org = found.org
    if org.state != OrgState.ACTIVE or org.county_id is None:
        raise Invalid(_("这个单位不能登记隐患，请选择正在办学的单位。"))
    faults = finding_faults(
        Finding(
            description=found.description,
            place_text=found.place_text,
            found_on=found.found_on,
            level=found.level,
            has_criterion=found.criterion is not None,
            level_reason=found.level_reason,
            late_reason=found.late_reason,
            from_record=bool(found.origin),
            day=day,
            due_on=found.due_on,
        ),
        late=is_late_entry(found.found_on, day),
    )
    faults |= _faults_of_links(found) | _faults_of_length(found)
    if found.source not in SOURCES:
        faults["source"] = _("请选择隐患来源。")
    refuse(faults)
    own_photos(found.photos, actor, _("照片没有上传成功，请重新拍照或选择照片。"))


def _faults_of_links(found: Found) -> dict[str, str]:
    faults = {}
    for name, row in (("point", found.point), ("place", found.place)):
        if row is not None and row.org_id != found.org.pk:
            faults[name] = _("所选场所或检查点不属于这个单位，请重新选择。")
    criterion = found.criterion
    if criterion is not None and (criterion.is_open or criterion.retired_on):
        faults["criterion"] = _("这条判定情形没有条文或已停用，请另选一条。")
    return faults


def _faults_of_length(found: Found) -> dict[str, str]:
    return {
        name: _("不能超过 %(n)d 字，请精简。") % {"n": _longest(name)}
        for name in TEXTS
        if len(getattr(found, name)) > _longest(name)
    }


def _longest(name: str) -> int:
    return LONGEST[name]


def _store(found: Sequence[tuple[Found, str]], *, actor: Actor, at: datetime) -> list[Opened]:
    wanted = Counter((each.org.pk, each.found_on.year) for each, _digest in found)
    serials = {key: count(take_serials(*key, number)) for key, number in sorted(wanted.items())}
    rows = [
        _row(each, digest, next(serials[each.org.pk, each.found_on.year]), actor=actor, at=at)
        for each, digest in found
    ]
    ids = quick.insert(Hazard, rows, once="uuid")
    if None in ids:
        raise AnotherBody(_(TAKEN))
    opened = [
        Opened(pk, each, row) for pk, (each, _digest), row in zip(ids, found, rows, strict=True)
    ]
    for each in opened:
        if each.found.photos:
            attach(each.id, each.found.photos, PhotoStage.BEFORE, at)
    _announce(opened, actor=actor, at=at)
    return opened


def _row(found: Found, digest: str, serial: int, *, actor: Actor, at: datetime) -> dict[str, Any]:
    year = found.found_on.year
    major = found.level == HazardLevel.MAJOR
    by_actor = found.found_by_name == actor.name and actor.user_id
    place = found.place or (found.point.place if found.point else None)
    return {
        "uuid": found.uuid,
        "body_sha256": digest,
        "org_id": found.org.pk,
        "county_id": found.org.county_id or found.org.pk,
        "year": year,
        "serial": serial,
        "number": number_of(year, serial),
        "category": found.category,
        "criterion_id": found.criterion.pk if found.criterion and major else None,
        "graded_major_at": at if major else None,
        "interim_until": interim_until(found.interim_measure, None, found.due_on),
        "place_id": place.pk if place else None,
        "point_id": found.point.pk if found.point else None,
        "found_by_id": actor.user_id if by_actor else None,
        "recorded_at": at,
        "recorded_by_id": actor.user_id or None,
        **{name: getattr(found, name) for name in KEPT},
    }


def _missing(found: Found) -> tuple[str, ...]:
    if found.level != HazardLevel.MAJOR:
        return ()
    return missing_of_four(
        found.interim_measure, found.responsible_unit, found.responsible_name, found.due_on
    )


def _announce(opened: Sequence[Opened], *, actor: Actor, at: datetime) -> None:
    """Those who assign learn of it; of a major one the upper level and the work groups too."""
    units = {each.found.org.pk for each in opened}
    assigners = holders_at("hazards.assign", units, business_day(at))
    told: list[Note] = []
    for each in opened:
        found = each.found
        text = _("请指派整改：%(hazard)s") % {"hazard": each.matter.name}
        told += notes(assigners[found.org.pk], text, each.id, actor=actor)
    notify_all(told, at=at)
    for each in opened:
        if each.found.level == HazardLevel.MAJOR:
            _announce_major(each, actor=actor, at=at)


def _announce_major(opened: Opened, *, actor: Actor, at: datetime) -> None:
    hazard, missing = _hazard_of(opened), _missing(opened.found)
    text = _("重大隐患：%(hazard)s") % {"hazard": named(hazard)}
    if missing:
        labels = "、".join(FOUR[name] for name in missing)
        text = _("%(text)s（尚缺%(labels)s）") % {"text": text, "labels": labels}
    tell_level("hazards.verify", hazard.org.parent_id, text, hazard, actor=actor, at=at)
    tell_groups(text, hazard, at=at)
