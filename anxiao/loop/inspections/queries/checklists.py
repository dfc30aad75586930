"""Which checklists hold at a unit, and which a person may read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import within
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.queries import traits_of
from anxiao.loop.duties.rules import applies, levels_of
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.states import ChecklistState

VERSIONS_KEPT = 1000


def kept_above(path: str) -> Q:
    """Checklists shipped, or kept by a level from the root down to the unit of ``path``."""
    return Q(owner__isnull=True) | Q(owner__path__in=levels_of(path))


@dataclass(frozen=True, slots=True)
class Version:
    """What an intake needs of a checklist that is or was in force: shared, so nobody changes it."""

    pk: int
    owner_id: int | None
    code: str
    title: str
    category: str
    items: tuple[Mapping[str, Any], ...]


_kept: dict[int, Version] = {}


def published(ids: Iterable[int]) -> dict[int, Version]:
    """Checklists that are or were in force, by id; one query for those not read before.

    Once published they never change but in state, and are read once per process: do not ask them
    for it. What is read in a transaction is kept when it commits: it may have published it itself.
    """
    found = {pk: _kept.get(pk) for pk in ids}
    new = [pk for pk, version in found.items() if version is None]
    read = {version.pk: version for version in _read(new)} if new else {}
    if read:
        transaction.on_commit(partial(_keep, read))
    return {pk: version for pk, version in (found | read).items() if version is not None}


def forget_versions() -> None:
    """Read every checklist anew: for tests, in which keys are given again."""
    _kept.clear()


def _read(ids: Iterable[int]) -> list[Version]:
    rows = Checklist.objects.exclude(state=ChecklistState.DRAFT).filter(pk__in=ids)
    return [
        Version(pk, owner_id, code, title, category, tuple(map(MappingProxyType, items)))
        for pk, owner_id, code, title, category, items in rows.values_list(
            "pk", "owner_id", "code", "title", "category", "items"
        )
    ]


def _keep(read: dict[int, Version]) -> None:
    if len(_kept) + len(read) > VERSIONS_KEPT:
        _kept.clear()
    _kept.update(read)


def holds_at(checklist: Version | Checklist, path: str) -> bool:
    """Whether a checklist is shipped, or kept by the unit of ``path`` or a level above it."""
    return checklist.owner_id is None or str(checklist.owner_id) in path.split(".")


def formerly_in_force(pk: int, org: Org) -> Checklist | None:
    """A checklist that is or was in force at a unit; one query."""
    rows = Checklist.objects.exclude(state=ChecklistState.DRAFT)
    checklist = rows.filter(pk=pk).first()
    return checklist if checklist and holds_at(checklist, org.path) else None


def checklists_in_force(org: Org) -> list[Checklist]:
    """Published checklists of a unit, by clause and title: the nearest level keeping a code wins.

    One query; items are included.
    """
    rows = (
        Checklist.objects.filter(kept_above(org.path), state=ChecklistState.PUBLISHED)
        .select_related("owner")
        .order_by("code")
    )
    nearest: dict[str, Checklist] = {}
    for row in rows:
        best = nearest.get(row.code)
        if best is None or _depth(row) > _depth(best):
            nearest[row.code] = row
    return sorted(nearest.values(), key=lambda row: (row.clause, row.title))


def checklists_at(org: Org) -> list[Checklist]:
    """Those in force that fit the unit's profile; two queries.

    Above schools and kindergartens the profile decides nothing: all that ask for nothing hold.
    """
    traits = traits_of(Org.objects.select_related("profile").get(pk=org.pk))
    return [row for row in checklists_in_force(org) if applies(row.applies_to, traits)]


def checklists_visible_to(actor: Actor) -> QuerySet[Checklist]:
    """Shipped ones, those kept above the actor's posts, and drafts where the actor keeps them."""
    kept = Q(owner__isnull=True)
    for grant in actor.grants:
        kept |= Q(owner__path__in=levels_of(grant.org_path))
    keeper = within(actor.paths("inspections.checklists"), "owner__path")
    return Checklist.objects.filter(keeper | kept & ~Q(state=ChecklistState.DRAFT)).select_related(
        "owner"
    )


def checklists_kept(actor: Actor) -> list[Checklist]:
    """Newest version of each checklist by keeper for the list page: in force first, then drafts."""
    rows = checklists_visible_to(actor).exclude(state=ChecklistState.RETIRED).defer("items")
    return list(rows.order_by("clause", "code", "owner__path", "-version"))


def _depth(checklist: Checklist) -> int:
    return checklist.owner.path.count(".") if checklist.owner else 0
