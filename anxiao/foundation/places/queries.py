"""Reads of places and points."""

import segno
from django.db.models import QuerySet

from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.rules import Label


def places_of(org: Org) -> QuerySet[Place]:
    """Places of a unit in use, by full name: a building stands right before its floors."""
    return Place.objects.filter(org=org, retired_on__isnull=True).order_by("full_name")


def points_of(org: Org) -> QuerySet[Point]:
    """Points of a unit in use, by number, with their place."""
    rows = Point.objects.filter(org=org, retired_on__isnull=True)
    return rows.select_related("place", "org").order_by("number")


def point_by_code(code: str) -> Point | None:
    """The point whose label holds ``code`` (as typed or scanned), retired ones included."""
    rows = Point.objects.filter(code=code.strip().upper())
    return rows.select_related("org", "place").first()


def qr_of(link: str) -> str:
    """The QR of a link as a data URL, for the foot of a sheet."""
    code = segno.make(link, error="m", micro=False)
    return str(code.svg_data_uri(scale=3, border=1))


def label_for(point: Point, base: str) -> Label:
    """The label of a point; its code holds the plain link ``<base><code>`` that any scanner opens.

    Medium error correction: the label hangs on walls for years.
    """
    link = f"{base}{point.code}"
    code = segno.make(link, error="m", micro=False)
    return Label(
        name=point.name,
        number=f"{point.number:03d}",
        place=point.place.full_name if point.place else "",
        unit=point.org.name,
        link=link,
        code=point.code,
        svg=code.svg_data_uri(scale=4, border=2),
    )
