"""Words for places and points."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceKind(TextChoices):
    BUILDING = "building", _("楼栋")
    FLOOR = "floor", _("楼层")
    ROOM = "room", _("房间")
    AREA = "area", _("区域")


class PointKind(TextChoices):
    SPOT = "spot", _("部位")
    EQUIPMENT = "equipment", _("设备设施")
