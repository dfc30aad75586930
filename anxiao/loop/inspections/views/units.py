"""Which unit a page is about: the one asked for, else the post's own."""

from anxiao.foundation.access.http import ActorRequest
from anxiao.foundation.kernel.errors import Forbidden, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.loop.inspections import queries

HERE = ("inspections.view", "inspections.inspect", "inspections.superior")


LONGEST_ID = 18


def number_in(text: str) -> int:
    """The id that a query string names; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0


def unit_asked(request: ActorRequest) -> Org | None:
    """The unit of ``?unit=`` or the post's own school or kindergarten; ``None``: choose one first.

    ``NotFound`` for a unit where the actor neither inspects nor reads inspections.
    """
    pk = number_in(request.GET.get("unit", ""))
    if not pk and request.post is None:
        return None
    org = queries.org_of(pk or getattr(request.post, "org_id", 0))
    if org is None or not any(request.actor.may(each, org.path) for each in HERE):
        if pk:
            raise NotFound
        return None
    return org if pk or org.is_unit else None


def own_unit(request: ActorRequest, capability: str) -> Org:
    """The unit a page of its own affairs is about; ``Forbidden`` without ``capability`` there."""
    org = unit_asked(request)
    if org is None:
        raise NotFound
    if not request.actor.may(capability, org.path):
        raise Forbidden(capability)
    return org
