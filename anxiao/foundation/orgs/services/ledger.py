"""One row of a ledger of units (学校基本情况) into the tree: found, changed, or the same."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs import rules
from anxiao.foundation.orgs.models import Org, OrgName
from anxiao.foundation.orgs.services.units import (
    OrgData,
    ProfileData,
    allow,
    create_org,
    patch_profile,
)
from anxiao.foundation.orgs.states import OrgKind, OrgState


class Upserted(StrEnum):
    """What a row did."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row; ``None`` (and an empty text) means that the ledger does not say.

    ``town`` names the level above; without it the unit stands directly below the county.
    ``code`` finds a unit before its name does.
    """

    name: str
    kind: str = OrgKind.SCHOOL
    town: str = ""
    code: str = ""
    stages: tuple[str, ...] | None = None
    ownership: str | None = None
    is_boarding: bool | None = None
    pupils: int | None = None
    boarders: int | None = None
    staff: int | None = None
    principal: str | None = None
    phone: str | None = None
    has_canteen: bool | None = None
    buses: int | None = None
    has_labs: bool | None = None
    has_construction: bool | None = None
    heating: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    remarks: str | None = None
    opened_on: date | None = None


PROFILE_FIELDS = tuple(field.name for field in fields(ProfileData))


@transaction.atomic
def upsert_unit(
    row: UnitRow,
    *,
    under: Org,
    actor: Actor,
    at: datetime,
    create_missing_town: bool = False,
) -> tuple[Org, Upserted]:
    """Found the unit of ``row`` below ``under`` (a county or town), or update its profile.

    Units are matched by code, else by name (old names too) in the named town. Whoever may not found
    units (``orgs.manage``) may still change those they may edit. Raises ``Forbidden``, ``Invalid``.
    """
    place = _place(row, under, actor, at, create_missing_town)
    found = _find(row, under, place)
    given = _given(row)
    if found is None:
        if place is None:
            message = _("没有找到镇街“%(name)s”，请核对或先新建。") % {"name": row.town}
            raise Invalid(message, {"town": message})
        profile = ProfileData(**given)
        data = OrgData(
            row.kind, row.name, place, code=row.code, opened_on=row.opened_on, profile=profile
        )
        return create_org(actor, at, data=data), Upserted.CREATED
    allow(actor, "orgs.edit", found.path)
    changed = patch_profile(found, given, actor=actor, at=at)
    return found, Upserted.CHANGED if changed else Upserted.SAME


def _given(row: UnitRow) -> dict[str, Any]:
    values = asdict(row)
    if row.boarders and row.is_boarding is None:
        values["is_boarding"] = True
    return {name: values[name] for name in PROFILE_FIELDS if values[name] not in (None, "")}


def _place(
    row: UnitRow, under: Org, actor: Actor, at: datetime, create_missing_town: bool
) -> Org | None:
    """The level that the row's unit stands below; ``None`` for a town that there is not."""
    said = row.town.strip()
    if not said or under.kind != OrgKind.COUNTY or rules.names_the_county(said, under.name):
        return under
    town = _town(under, rules.town_key(said))
    if town or not create_missing_town:
        return town
    return create_org(actor, at, data=OrgData(OrgKind.TOWN, said, under))


def _town(county: Org, wanted: str) -> Org | None:
    """The town office of that name, or that bore it when an older ledger was written."""
    towns = Org.objects.filter(parent=county, kind=OrgKind.TOWN, state=OrgState.ACTIVE)
    found = {rules.town_key(town.name): town for town in towns.order_by("-id")}
    if wanted not in found:
        for old in OrgName.objects.filter(org__in=towns).select_related("org").order_by("-id"):
            found.setdefault(rules.town_key(old.name), old.org)
    return found.get(wanted)


def _find(row: UnitRow, under: Org, place: Org | None) -> Org | None:
    units = Org.objects.filter(
        path__gte=under.path,
        path__lt=f"{under.path[:-1]}/",
        kind__in=(OrgKind.SCHOOL, OrgKind.KINDERGARTEN),
    )
    if row.code.strip():
        by_code = units.filter(code=row.code.strip()).first()
        if by_code:
            return _open(by_code)
    key = rules.name_key(row.name)
    former = OrgName.objects.filter(name_key=key).values("org")
    named = units.filter(county_id=under.county_id).filter(Q(name_key=key) | Q(pk__in=former))
    if row.town.strip():
        named = named.filter(parent=place)
    matches = list(named.order_by("id"))
    return _only(matches, key)


def _only(matches: list[Org], key: str) -> Org | None:
    """The one match that is meant: an open unit of that very name, else an open one, else none."""
    open_ones = [org for org in matches if org.state == OrgState.ACTIVE]
    best = [org for org in open_ones if org.name_key == key] or open_ones
    if len(best) > 1:
        message = _("有 %(n)d 个同名单位，请补填所属镇街或单位代码。") % {"n": len(best)}
        raise Invalid(message, {"name": message})
    if best:
        return best[0]
    return _open(matches[0]) if matches else None


def _open(org: Org) -> Org:
    if org.state != OrgState.ACTIVE:
        message = _("“%(name)s”已停办或并入其他单位，请删去这一行；如已恢复，请先办理恢复。")
        raise Invalid(message % {"name": org.name}, {"name": message % {"name": org.name}})
    return org
