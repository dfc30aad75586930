"""Filters that people keep, and workbooks on their way in."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.registers.states import ImportState


class SavedFilter(models.Model):
    """A query string under a name; whoever may see the register may open its link."""

    uuid = models.UUIDField(unique=True)
    user_id = models.BigIntegerField()
    slug = models.CharField(max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("常用筛选")
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "slug", "name"], name="saved_filter_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One uploaded workbook. Its file lies below ``imports/`` in the data folder until applied.

    ``mapping`` holds what a person chose (field → column number, from 1), ``corrections`` which
    names were meant (field → written → meant), ``report`` the last preview or result as plain
    values. Only who uploaded it sees it.
    """

    uuid = models.UUIDField(unique=True)
    slug = models.CharField(max_length=40)
    user_id = models.BigIntegerField()
    org_path = models.CharField(max_length=200)
    name = models.CharField(_("文件名"), max_length=120)
    sheet = models.CharField(_("工作表"), max_length=60, blank=True)
    header_row = models.PositiveIntegerField(_("表头所在行"), null=True, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ImportState, default=ImportState.UPLOADED
    )
    created_at = models.DateTimeField(_("上传时间"))
    started_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(_("导入时间"), null=True)

    class Meta:
        verbose_name = _("导入")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.APPLIED, applied_at__isnull=False)
                | ~Q(state=ImportState.APPLIED) & Q(applied_at__isnull=True),
                name="import_applied_iff_stamped",
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "slug", "-created_at"], name="import_user_newest"),
            models.Index(fields=["created_at"], name="import_created"),
        ]

    def __str__(self) -> str:
        return self.name
