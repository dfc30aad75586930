"""Founding a unit, keeping its profile, giving it another name."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor, require
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs import rules
from anxiao.foundation.orgs.models import Org, OrgName, Profile
from anxiao.foundation.orgs.states import OrgKind, OrgState, Ownership

LONGEST_NAME = 80
PRIVATE_FIELDS = frozenset({"phone"})


@dataclass(frozen=True, slots=True)
class ProfileData:
    """A whole profile: fields as in ``Profile``; ``None`` means not reported."""

    stages: tuple[str, ...] = ()
    ownership: str = Ownership.PUBLIC
    is_boarding: bool = False
    pupils: int | None = None
    boarders: int | None = None
    staff: int | None = None
    principal: str = ""
    phone: str = ""
    has_canteen: bool = False
    buses: int = 0
    has_labs: bool = False
    has_construction: bool = False
    heating: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class OrgData:
    """A unit to be founded; without ``parent`` it is a root (province, city or county)."""

    kind: str
    name: str
    parent: Org | None = None
    short_name: str = ""
    code: str = ""
    opened_on: date | None = None
    profile: ProfileData | None = None


def name_taken() -> str:
    """What to do when the name is another unit's."""
    return _("上级下面已有同名单位，请核对或换一个名称。")


def allow(actor: Actor, capability: str, path: str) -> None:
    """``require``, but the program itself (imports at the command line) may."""
    if actor != SYSTEM:
        require(actor, capability, path)


@transaction.atomic
def create_org(actor: Actor, at: datetime, *, data: OrgData) -> Org:
    """Found a unit; schools and kindergartens get a profile, empty unless given.

    Roots are founded by the program alone. Raises ``Forbidden``; ``Invalid`` for a kind that does
    not belong there, a name or code that is taken, or a profile that does not fit.
    """
    allow(actor, "orgs.manage", data.parent.path if data.parent else "")
    _check_place(data)
    name = _clean_name(data.name, data.parent)
    org = Org(
        parent=data.parent,
        county=data.parent.county if data.parent else None,
        kind=data.kind,
        name=name,
        name_key=rules.name_key(name),
        short_name=data.short_name.strip(),
        code=_clean_code(data.code),
        path=f"new-{uuid.uuid4()}",
        opened_on=data.opened_on or business_day(at),
    )
    org.save(force_insert=True)
    _settle(org, data.parent)
    if org.is_unit:
        _write_profile(org, asdict(data.profile or ProfileData()), at)
    journal.record("create", org, actor=actor, at=at, org_path=org.path, detail={"name": name})
    return org


@transaction.atomic
def update_profile(org: Org, *, actor: Actor, at: datetime, data: ProfileData) -> list[str]:
    """Write the whole profile; returns the names of the fields that changed.

    Raises ``Forbidden`` without ``orgs.edit`` there, ``Invalid`` with the fields that do not fit.
    """
    allow(actor, "orgs.edit", org.path)
    _check_active(org)
    return patch_profile(org, asdict(data), actor=actor, at=at)


def patch_profile(org: Org, values: Mapping[str, Any], *, actor: Actor, at: datetime) -> list[str]:
    """Write the given fields of a profile and one journal line, if any of them changed."""
    if not org.is_unit:
        raise Invalid(_("只有学校和幼儿园填写基本情况。"))
    profile = Profile.objects.select_for_update().filter(org=org).first() or Profile(org=org)
    values = {**values, **({"stages": list(values["stages"])} if "stages" in values else {})}
    whole = {name: getattr(profile, name) for name in asdict(ProfileData())} | values
    faults = rules.profile_faults(org.kind, whole)
    if faults:
        raise Invalid(_("基本情况有不符合的地方，请修改后再保存。"), faults)
    changed = {
        name: [_plain(getattr(profile, name)), _plain(value)]
        for name, value in values.items()
        if getattr(profile, name) != value
    }
    if changed or profile.updated_at is None:
        _write_profile(org, whole, at)
        detail = {name: None if name in PRIVATE_FIELDS else pair for name, pair in changed.items()}
        journal.record(
            "edit_profile", org, actor=actor, at=at, org_path=org.path, detail={"changed": detail}
        )
    return list(changed)


@transaction.atomic
def rename_org(org: Org, *, name: str, actor: Actor, at: datetime, short_name: str = "") -> Org:
    """Give a unit another name; the old one is kept and still finds it.

    Raises ``Forbidden`` without ``orgs.manage`` there, ``Invalid`` when the name is taken.
    """
    allow(actor, "orgs.manage", org.path)
    org = Org.objects.select_for_update().get(pk=org.pk)
    _check_active(org)
    new = _clean_name(name, org.parent, but=org)
    old = org.name
    if new != old:
        OrgName.objects.create(
            org=org, name=old, name_key=rules.name_key(old), until_on=business_day(at)
        )
        org.former_names = f"{old}、{org.former_names}".strip("、")[:400]
    org.name, org.name_key, org.short_name = new, rules.name_key(new), short_name.strip()
    org.save(update_fields=["name", "name_key", "short_name", "former_names"])
    detail = {"from": old, "to": new}
    journal.record("rename", org, actor=actor, at=at, org_path=org.path, detail=detail)
    return org


def _check_place(data: OrgData) -> None:
    above = data.parent.kind if data.parent else None
    if data.kind not in OrgKind.values or not rules.may_stand_below(data.kind, above):
        raise Invalid(
            _("这一类单位不能建在所选上级下面，请改选类别或上级。"), {"kind": _("请改选。")}
        )
    if data.parent:
        _check_active(data.parent)


def _check_active(org: Org) -> None:
    if org.state != OrgState.ACTIVE:
        raise Invalid(_("%(name)s已停办或并入其他单位，不能再修改。") % {"name": org.name})


def _clean_name(name: str, parent: Org | None, but: Org | None = None) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid(_("请填写单位名称，80 字以内。"), {"name": _("请填写，80 字以内。")})
    same = Org.objects.filter(parent=parent, name_key=rules.name_key(clean), state=OrgState.ACTIVE)
    if any(org != but for org in same):
        raise Invalid(name_taken(), {"name": name_taken()})
    return clean


def _clean_code(code: str) -> str:
    clean = code.strip()
    if clean and Org.objects.filter(code=clean).exists():
        raise Invalid(_("单位代码已被使用，请核对。"), {"code": _("单位代码已被使用，请核对。")})
    return clean or f"new-{uuid.uuid4()}"


def _settle(org: Org, parent: Org | None) -> None:
    """Fill in what needs the row's own id: path, county of a county, code."""
    org.path = f"{parent.path if parent else ''}{org.pk}."
    if org.kind == OrgKind.COUNTY:
        org.county = org
    if org.code.startswith("new-"):
        org.code = f"U{org.pk:06d}"
    org.save(update_fields=["path", "county", "code"])


def _write_profile(org: Org, values: Mapping[str, Any], at: datetime) -> None:
    faults = rules.profile_faults(org.kind, values)
    if faults:
        raise Invalid(_("基本情况有不符合的地方，请修改后再保存。"), faults)
    defaults = {**values, "stages": list(values["stages"]), "updated_at": at}
    org.profile, _created = Profile.objects.update_or_create(org=org, defaults=defaults)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
