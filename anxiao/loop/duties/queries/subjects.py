"""Whom duties may bind: units with their traits, and the duties of plans in force."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from anxiao.foundation.access.scoping import within
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.rules import ancestor_ids
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.loop.duties.models import Duty, Plan
from anxiao.loop.duties.rules import Traits, applies, levels_of
from anxiao.loop.duties.states import DutyLevel, PlanState

LEVEL_KINDS: dict[str, tuple[str, ...]] = {
    DutyLevel.UNIT: (OrgKind.SCHOOL, OrgKind.KINDERGARTEN),
    DutyLevel.TOWN: (OrgKind.TOWN,),
    DutyLevel.COUNTY: (OrgKind.COUNTY,),
}
BOUND_KINDS = tuple(kind for kinds in LEVEL_KINDS.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit, town office or county as duties see it; ``town_id`` the town at or above it."""

    unit_id: int
    name: str
    path: str
    kind: str
    county_id: int
    town_id: int | None
    opened_on: date
    closed_on: date | None
    traits: Traits


def subjects(orgs: QuerySet[Org]) -> Iterator[Subject]:
    """Those of ``orgs`` that duties may bind, in order of path; two queries."""
    rows = (
        orgs.filter(kind__in=BOUND_KINDS, county__isnull=False)
        .select_related("profile")
        .order_by("path")
    )
    towns = set(
        Org.objects.filter(
            kind=OrgKind.TOWN, county__in=orgs.order_by().values("county")
        ).values_list("pk", flat=True)
    )
    for org in rows.iterator(chunk_size=2000):
        above = [each for each in ancestor_ids(org.path) if each in towns]
        yield Subject(
            unit_id=org.pk,
            name=org.name,
            path=org.path,
            kind=org.kind,
            county_id=org.county_id or org.pk,
            town_id=above[-1] if above else None,
            opened_on=org.opened_on,
            closed_on=org.closed_on,
            traits=traits_of(org),
        )


def subjects_under(path: str) -> Iterator[Subject]:
    """Open units, town offices and counties of the subtree."""
    return subjects(Org.objects.filter(within([path]), state=OrgState.ACTIVE))


def traits_of(org: Org) -> Traits:
    """What predicates ask; a unit without a profile has only its kind."""
    profile = getattr(org, "profile", None)
    if profile is None:
        return Traits(org.kind)
    return Traits(
        kind=org.kind,
        stages=frozenset(profile.stages),
        ownership=profile.ownership,
        boarding=profile.is_boarding,
        canteen=profile.has_canteen,
        buses=profile.buses > 0,
        labs=profile.has_labs,
        construction=profile.has_construction,
        heating=profile.heating,
    )


def binds(duty: Duty, subject: Subject) -> bool:
    """Whether ``duty`` binds ``subject``: the level fits and all its predicates hold."""
    if subject.kind not in LEVEL_KINDS[duty.level]:
        return False
    return duty.level != DutyLevel.UNIT or applies(duty.applies_to, subject.traits)


def bound_units(duties: Iterable[Duty], issuer: Org) -> dict[int, list[Subject]]:
    """By duty id, the units below ``issuer`` that each of ``duties`` would bind today."""
    wanted = list(duties)
    found: dict[int, list[Subject]] = {duty.pk: [] for duty in wanted}
    for subject in subjects_under(issuer.path):
        for duty in wanted:
            if binds(duty, subject):
                found[duty.pk].append(subject)
    return found


def plans_for(path: str) -> QuerySet[Plan]:
    """Published plans that reach the unit of ``path`` or a unit below it."""
    issued = Q(issuer__path__in=levels_of(path)) | within([path], "issuer__path")
    return Plan.objects.filter(issued, state=PlanState.PUBLISHED)


def duties_for(path: str) -> QuerySet[Duty]:
    """Duties of the published plans that reach the unit of ``path`` or a unit below it."""
    return Duty.objects.filter(plan__in=plans_for(path)).select_related("plan__issuer")
