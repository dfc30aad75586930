"""Checklists as data, rounds of points, and inspections: one row each, answers as JSON."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.scoping import ScopedQuerySet, within
from anxiao.foundation.files.models import Upload
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.states import ChecklistState, InspectionKind


class Checklist(models.Model):
    """One version of a checklist; published versions are immutable.

    ``owner`` is the level that keeps it (``None``: shipped with the program). ``items`` is the list
    of item objects as in the catalogue: code, text, look, basis, level, photo, suggest, days,
    criterion, confirm.
    """

    owner = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+")
    code = models.SlugField(_("代码"), max_length=40)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("检查表"), max_length=80)
    clause = models.CharField(_("条款"), max_length=20)
    key_part = models.CharField(_("重点部位"), max_length=40)
    category = models.CharField(_("隐患类别"), max_length=30)
    cadence = models.CharField(_("频次"), max_length=20)
    minutes = models.PositiveSmallIntegerField(_("用时（分钟）"))
    applies_to = models.JSONField(_("适用范围"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    items = models.JSONField(_("检查项"), default=list)
    state = models.CharField(max_length=10, choices=ChecklistState, default=ChecklistState.DRAFT)
    published_at = models.DateTimeField(_("启用时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("检查表")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "code", "version"],
                condition=Q(owner__isnull=False),
                name="kept_checklist_version_once",
            ),
            models.UniqueConstraint(
                fields=["code", "version"],
                condition=Q(owner__isnull=True),
                name="shipped_checklist_version_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ChecklistState.DRAFT, published_at__isnull=True)
                | ~Q(state=ChecklistState.DRAFT) & Q(published_at__isnull=False),
                name="checklist_published_iff_stamped",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PointChecklist(models.Model):
    """Which checklist (by code, newest published version) is filled in at a point."""

    point = models.ForeignKey(Point, models.CASCADE, related_name="checklists")
    checklist_code = models.SlugField(max_length=40)

    class Meta:
        verbose_name = _("检查点的检查表")
        constraints = [
            models.UniqueConstraint(fields=["point", "checklist_code"], name="point_checklist_once")
        ]

    def __str__(self) -> str:
        return f"{self.point_id}:{self.checklist_code}"


class RoundQuerySet(ScopedQuerySet["Round"]):
    view_capability = "inspections.view"


class Round(models.Model):
    """A round (巡查路线): points in the order they are walked, who walks it and how often."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="rounds")
    name = models.CharField(_("路线名称"), max_length=60)
    owner = models.CharField(_("责任岗位"), max_length=40)
    cadence = models.CharField(_("频次"), max_length=20)
    times = models.PositiveSmallIntegerField(_("次数"), default=1)
    retired_on = models.DateField(null=True, blank=True)

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("巡查路线")
        constraints = [
            models.UniqueConstraint(
                fields=["org", "name"],
                condition=Q(retired_on__isnull=True),
                name="round_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoundPoint(models.Model):
    """One stop of a round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="stops")
    point = models.ForeignKey(Point, models.PROTECT, related_name="+")
    checklist_code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("路线检查点")
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="round_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.position}"


class InspectionQuerySet(ScopedQuerySet["Inspection"]):
    view_capability = "inspections.view"

    def visible_to(self, actor: Actor) -> Self:
        """Inspections of the units whose records ``actor`` may see, and those made by the actor.

        One's own only where one may still inspect: who moves away takes nothing along.
        """
        counties = actor.counties(self.view_capability)
        everything = within(actor.paths(self.view_capability), self.org_path, counties)
        reach = (*actor.paths("inspections.inspect"), *actor.paths("inspections.superior"))
        mine = within(reach, self.org_path) & Q(inspector=actor.user_id)
        return self.filter(everything | mine)


class Inspection(models.Model):
    """One inspection of one checklist, at a point or of the whole unit. Never changed.

    ``uuid`` is made on the phone; ``body_sha256`` tells a resend from another body under the same
    uuid. ``answers`` maps item code to ``{"a": "pass|fail|na", "note": str, "photos": [uuid]}``;
    note and photos are left out where there are none.
    ``started_at``/``finished_at`` are the device's clock, ``received_at`` the server's.
    """

    uuid = models.UUIDField(unique=True)
    body_sha256 = models.CharField(max_length=64)
    org = models.ForeignKey(Org, models.PROTECT, related_name="inspections", db_index=False)
    county = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    checklist = models.ForeignKey(Checklist, models.PROTECT, db_index=False)
    point = models.ForeignKey(Point, models.PROTECT, null=True, db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, null=True, db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, null=True, db_index=False)
    kind = models.CharField(_("检查类型"), max_length=20, choices=InspectionKind)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    inspector_name = models.CharField(_("检查人"), max_length=60)
    companions = models.CharField(_("同行人员"), max_length=120, blank=True)
    happened_on = models.DateField(_("检查日期"))
    started_at = models.DateTimeField(_("开始"), null=True)
    finished_at = models.DateTimeField(_("结束"), null=True)
    received_at = models.DateTimeField(_("收到"))
    late_reason = models.CharField(_("补录原因"), max_length=200, blank=True)
    answers = models.JSONField(_("检查结果"))
    passed = models.PositiveSmallIntegerField(_("合格项"))
    failed = models.PositiveSmallIntegerField(_("不合格项"))
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    remarks = models.CharField(_("备注"), max_length=300, blank=True)
    inspector_signature = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("检查人签字"),
        db_index=False,
    )
    inspected_signature = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("受检单位签字"),
        db_index=False,
    )
    inspected_name = models.CharField(_("受检单位签字人"), max_length=60, blank=True)
    unsigned_reason = models.CharField(_("未签字原因"), max_length=120, blank=True)

    objects: ClassVar[InspectionQuerySet] = InspectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("检查记录")
        indexes = [
            models.Index(fields=["org", "-id"], name="inspection_org_newest"),
            models.Index(fields=["county", "-id"], name="inspection_county_newest"),
            models.Index(fields=["org", "checklist", "happened_on"], name="inspection_org_list"),
            models.Index(
                fields=["point", "-id"], name="inspection_point", condition=Q(point__isnull=False)
            ),
            models.Index(
                fields=["round", "happened_on"],
                name="inspection_round_day",
                condition=Q(round__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=InspectionKind.values), name="inspection_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_id}:{self.checklist_id}:{self.happened_on}"


class Finding(models.Model):
    """One failed item, with the hazard it opened: rows only for what is wrong."""

    inspection = models.ForeignKey(
        Inspection, models.CASCADE, related_name="findings", db_index=False
    )
    item_code = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)
    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="findings")

    class Meta:
        verbose_name = _("不合格项")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item_code"], name="finding_once")
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}:{self.item_code}"


class LatePhoto(models.Model):
    """A photo that arrived after its inspection, which itself is never changed."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="late_photos")
    item_code = models.CharField(max_length=40)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(_("补传时间"))

    class Meta:
        verbose_name = _("补传照片")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "item_code", "upload"], name="late_photo_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}:{self.item_code}"
