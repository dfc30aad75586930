"""Posts that own duties and that nobody holds (三.1 责任细化到岗)."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from anxiao.boards.cockpit.queries.asking import Asked
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.loop.duties.queries import Vacancy, vacancies

UNITS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class VacantUnit:
    """A unit with its vacant posts by name and the duties that are nobody's."""

    name: str
    url: str
    posts: tuple[str, ...]
    duties: int


@dataclass(frozen=True, slots=True)
class Vacant:
    """``posts`` counts units by vacant post; ``units`` stand by how many duties are nobody's."""

    posts: tuple[tuple[str, int], ...]
    units: tuple[VacantUnit, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """How many posts are vacant."""
        return sum(units for _post, units in self.posts)


def vacant_posts(asked: Asked) -> Vacant:
    """Vacant posts at and below the level; two queries."""
    found = vacancies(asked.org.path, asked.day)
    posts = Counter(_label(each) for each in found)
    units = [_unit(list(rows)) for _id, rows in groupby(found, key=lambda each: each.unit_id)]
    units.sort(key=lambda unit: -unit.duties)
    more = max(len(units) - UNITS_SHOWN, 0)
    return Vacant(tuple(posts.most_common()), tuple(units[:UNITS_SHOWN]), more)


def _unit(rows: list[Vacancy]) -> VacantUnit:
    return VacantUnit(
        name=rows[0].unit_name,
        url=reverse("duties:unit", args=[rows[0].unit_id]),
        posts=tuple(_label(each) for each in rows),
        duties=sum(each.duties for each in rows),
    )


def _label(vacancy: Vacancy) -> str:
    return str(ROLE_LABELS.get(vacancy.role, vacancy.role))
