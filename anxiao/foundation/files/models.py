"""Contents kept once by hash (`Blob`), and each act of handing one in (`Upload`)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.orgs.models import Org


class Blob(models.Model):
    """One content, stored under its SHA-256; ``width``/``height`` in pixels for pictures."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField(_("大小"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    perceptual_hash = models.CharField(max_length=16, blank=True, db_index=True)
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("文件内容")

    def __str__(self) -> str:
        return self.sha256[:12]


class UploadQuerySet(ScopedQuerySet["Upload"]):
    view_capability = "files.upload"


class Upload(models.Model):
    """One file handed in by a person for a unit, with what its metadata said as evidence.

    ``uuid`` is made on the device: sent twice, it is stored once. Time, place and source of the
    original are recorded here before the picture is re-encoded without them.
    """

    uuid = models.UUIDField(unique=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uploads")
    org = models.ForeignKey(Org, models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("文件名"), max_length=120)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    original_sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_at = models.DateTimeField(_("上传时间"))

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("上传文件")
        indexes = [models.Index(fields=["user", "-uploaded_at"], name="upload_user_newest")]

    def __str__(self) -> str:
        return self.name
