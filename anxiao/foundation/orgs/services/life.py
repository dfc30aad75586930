"""The end of a unit and its return: close, reopen, merge. Its past stays where it is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.orgs import rules
from anxiao.foundation.orgs.models import Custody, Org
from anxiao.foundation.orgs.services.units import allow, name_taken
from anxiao.foundation.orgs.states import ORG_FLOW, OrgState


@transaction.atomic
def close_org(org: Org, *, reason: str, actor: Actor, at: datetime) -> None:
    """Close a unit (停办): posts there rest, nothing new is owed, its past stays.

    Raises ``Forbidden``, ``Invalid`` while it has open units below it, ``StaleState``.
    """
    allow(actor, "orgs.manage", org.parent_path)
    _check_no_children(org)
    journal.move(
        org,
        ORG_FLOW["close"],
        actor=actor,
        at=at,
        org_path=org.path,
        detail={"reason": _reason(reason)},
        closed_on=business_day(at),
    )


@transaction.atomic
def reopen_org(org: Org, *, reason: str, actor: Actor, at: datetime) -> None:
    """Open a closed unit again: posts that were not ended meanwhile are in force again.

    Raises ``Forbidden``, ``Invalid`` when the level above is closed, ``Conflict`` when its name
    was given to another unit, ``StaleState``.
    """
    allow(actor, "orgs.manage", org.parent_path)
    if org.parent and org.parent.state != OrgState.ACTIVE:
        raise Invalid(_("上级单位已停办，请先恢复上级单位。"))
    same = Org.objects.filter(parent_id=org.parent_id, name_key=org.name_key, state=OrgState.ACTIVE)
    if same.exists():
        raise Conflict(name_taken())
    journal.move(
        org,
        ORG_FLOW["reopen"],
        actor=actor,
        at=at,
        org_path=org.path,
        detail={"reason": _reason(reason)},
        closed_on=None,
    )


@transaction.atomic
def merge_org(org: Org, into: Org, *, reason: str, actor: Actor, at: datetime) -> None:
    """Merge ``org`` into ``into`` (并入), both open and of one county.

    Posts at ``org`` end. Its records stay under it; whoever holds a post at ``into``, or at a town
    above ``into``, holds it at ``org`` too from now on (``Custody``), so that open hazards are
    carried on. What needs the upper level's check stays with the upper level of ``org``.
    Raises ``Forbidden`` unless the actor manages both levels above, ``Invalid``, ``StaleState``.
    """
    allow(actor, "orgs.manage", org.parent_path)
    allow(actor, "orgs.manage", into.parent_path)
    into = _locked(org, into)
    _check_pair(org, into)
    _check_no_children(org)
    journal.move(
        org,
        ORG_FLOW["merge"],
        actor=actor,
        at=at,
        org_path=org.path,
        detail={"reason": _reason(reason), "into": into.pk, "into_name": into.name},
        closed_on=business_day(at),
        merged_into=into,
    )
    inherited = Org.objects.filter(custodians__holder=org)
    for absorbed in (org, *inherited):
        _hand_over(absorbed, into)
    detail = {"absorbed": org.pk, "absorbed_name": org.name}
    journal.record("absorb", into, actor=actor, at=at, org_path=into.path, detail=detail)


def _locked(org: Org, into: Org) -> Org:
    """``into`` as it stands; both rows are taken in one order, so that no two mergers deadlock."""
    rows = Org.objects.select_for_update().filter(pk__in=(org.pk, into.pk)).order_by("pk")
    return next(row for row in rows if row.pk == into.pk)


def _hand_over(absorbed: Org, into: Org) -> None:
    county_path = into.county.path if into.county else ""
    holders = rules.custodians(absorbed.path, into.path, county_path)
    Custody.objects.bulk_create(
        [Custody(holder_id=holder, absorbed=absorbed) for holder in holders],
        ignore_conflicts=True,
    )


def _check_pair(org: Org, into: Org) -> None:
    if org.pk == into.pk:
        raise Invalid(_("不能并入自己，请改选单位。"), {"into": _("请改选单位。")})
    if into.state != OrgState.ACTIVE:
        raise Invalid(_("要并入的单位已停办，请改选单位。"), {"into": _("请改选单位。")})
    if not (org.is_unit and into.is_unit) or org.county_id != into.county_id:
        raise Invalid(_("只能并入本县（区）的学校或幼儿园，请改选。"), {"into": _("请改选单位。")})
    if org.path.startswith(into.path) or into.path.startswith(org.path):
        raise Invalid(_("不能并入自己的上级或下级单位，请改选。"), {"into": _("请改选单位。")})


def _check_no_children(org: Org) -> None:
    if org.children.filter(state=OrgState.ACTIVE).exists():
        raise Invalid(_("下面还有正常的单位，请先逐一停办或并入其他单位。"))


def _reason(reason: str) -> str:
    clean = reason.strip()
    if not clean:
        raise Invalid(_("请填写原因或批文。"), {"reason": _("请填写原因或批文。")})
    return clean[:200]
