"""Buildings, floors, rooms and outdoor areas of a unit, and the points whose QR hangs there."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.states import PlaceKind, PointKind


class PlaceQuerySet(ScopedQuerySet["Place"]):
    view_capability = "places.view"


class Place(models.Model):
    """A building, floor, room or area; a tree inside one unit (``parent`` of the same unit)."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="places")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=PlaceKind)
    name = models.CharField(_("名称"), max_length=60)
    full_name = models.CharField(_("全称"), max_length=200)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects: ClassVar[PlaceQuerySet] = PlaceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("场所")
        constraints = [
            models.UniqueConstraint(
                fields=["org", "full_name"],
                condition=Q(retired_on__isnull=True),
                name="place_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.full_name


class PointQuerySet(ScopedQuerySet["Point"]):
    view_capability = "places.view"


class Point(models.Model):
    """A checked spot or piece of equipment; its QR holds the plain link ``/p/<code>``.

    ``number`` is the label's running number within the unit; ``code`` is short, random, unique
    and can be replaced when a label is lost.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="points")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="points")
    kind = models.CharField(_("类别"), max_length=10, choices=PointKind)
    key_part = models.CharField(_("重点部位"), max_length=40, blank=True)
    name = models.CharField(_("名称"), max_length=60)
    number = models.PositiveIntegerField(_("编号"))
    code = models.CharField(_("二维码"), max_length=16, unique=True)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects: ClassVar[PointQuerySet] = PointQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("检查点")
        constraints = [models.UniqueConstraint(fields=["org", "number"], name="point_number_once")]

    def __str__(self) -> str:
        return self.name
