"""Who is asking: built once per request, then passed down explicitly."""

from dataclasses import dataclass, field

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES
from anxiao.foundation.kernel.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Grant:
    """One post held: a role on a unit's path (``"1.7."``) and everything below it.

    ``county_id`` is the county that the unit is or lies in, where that is known: rows carry their
    county, and their indexes lead with it.
    """

    role: str
    org_path: str
    county_id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Post:
    """A post held now, with its unit: what pages show and what a person switches between."""

    membership_id: int
    role: str
    org_id: int
    org_path: str
    org_name: str
    org_kind: str
    county_id: int | None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the posts held now; ``only`` narrows a token to fewer capabilities."""

    user_id: int
    name: str = ""
    grants: tuple[Grant, ...] = ()
    only: frozenset[str] | None = None

    def paths(self, capability: str) -> tuple[str, ...]:
        """Paths of the units below which the actor holds ``capability``."""
        if self.only is not None and capability not in self.only:
            return ()
        return tuple(
            grant.org_path for grant in self.grants if capability in ROLE_CAPABILITIES[grant.role]
        )

    def counties(self, capability: str) -> dict[str, int]:
        """Of the ``paths`` of a capability those that lie in one county, with its id."""
        paths = set(self.paths(capability))
        return {
            grant.org_path: grant.county_id
            for grant in self.grants
            if grant.county_id is not None and grant.org_path in paths
        }

    def may(self, capability: str, org_path: str) -> bool:
        """Whether the actor holds ``capability`` at the unit of ``org_path``."""
        return any(org_path.startswith(path) for path in self.paths(capability))

    def may_somewhere(self, capability: str) -> bool:
        """Whether the actor holds ``capability`` at all."""
        return bool(self.paths(capability))

    def roles_at(self, org_path: str) -> frozenset[str]:
        """Roles held at the unit of ``org_path`` or above it."""
        return frozenset(g.role for g in self.grants if org_path.startswith(g.org_path))


ANYBODY = Actor(0)
"""Somebody who has not signed in: holds nothing."""

SYSTEM = Actor(0, "系统")
"""The program itself, for clocks and imports: may nothing, is named in the journal."""


def require(actor: Actor, capability: str, org_path: str) -> None:
    """Raise ``Forbidden`` unless ``actor`` holds ``capability`` at ``org_path``."""
    if not actor.may(capability, org_path):
        raise Forbidden(capability)
