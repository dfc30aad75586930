"""The one way to narrow a queryset to what an actor may see."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from anxiao.foundation.access.actor import Actor

M = TypeVar("M", bound=models.Model, covariant=True)


def within(
    paths: Iterable[str], field: str = "path", counties: Mapping[str, int] | None = None
) -> Q:
    """Rows whose ``field`` lies in one of the subtrees; nothing for no paths.

    A range, not a prefix LIKE: ``"1.7."`` up to ``"1.7/"`` is an index scan on both databases.
    For rows that carry their county ``counties`` names that of a path, as ``Actor.counties`` does:
    a list is then read from the county's own index, however many rows the other counties have.
    """
    scope = Q(pk__in=())
    for path in outermost(paths):
        below = Q(**{f"{field}__gte": path, f"{field}__lt": f"{path[:-1]}/"})
        county = (counties or {}).get(path)
        if county is not None:
            whole = f".{path}".endswith(f".{county}.")
            below = Q(county=county) if whole else Q(county=county) & below
        scope |= below
    return scope


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """``paths`` without those that lie below another of them, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows which capability shows its rows and where their unit's path is."""

    org_path: ClassVar[str] = "org__path"
    view_capability: ClassVar[str]

    def visible_to(self, actor: Actor) -> Self:
        """Rows of the units where ``actor`` holds the view capability."""
        return self.visible_with(actor, self.view_capability)

    def visible_with(self, actor: Actor, capability: str) -> Self:
        """Rows of the units where ``actor`` holds ``capability``."""
        paths = actor.paths(capability)
        return self.filter(within(paths, self.org_path)) if paths else self.none()
