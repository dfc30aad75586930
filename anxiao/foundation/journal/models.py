"""The append-only log. Rows are never changed nor removed: triggers on both databases refuse it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet


class EntryQuerySet(ScopedQuerySet["Entry"]):
    org_path = "org_path"
    view_capability = "journal.view"


class Entry(models.Model):
    """One line: who did what to which object, when, and what came of it.

    It names people and units by value, not by foreign key, so that it outlives both and stands
    beneath the rooms that write it.
    """

    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(_("人员编号"))
    actor_name = models.CharField(_("人员"), max_length=60, blank=True)
    org_path = models.CharField(_("单位"), max_length=200, blank=True)
    action = models.CharField(_("动作"), max_length=60)
    subject = models.CharField(_("对象"), max_length=80)
    subject_id = models.BigIntegerField(_("对象编号"), null=True)
    old_state = models.CharField(_("原状态"), max_length=20, blank=True)
    new_state = models.CharField(_("新状态"), max_length=20, blank=True)
    detail = models.JSONField(_("内容"), default=dict)

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("操作日志")
        indexes = [
            models.Index(fields=["subject", "subject_id", "id"], name="journal_subject"),
            models.Index(fields=["org_path", "id"], name="journal_org"),
            models.Index(fields=["actor_id", "id"], name="journal_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}:{self.subject_id}"


class Seal(models.Model):
    """One link of the hash chain: ``digest`` = SHA-256 over the previous link and one entry."""

    position = models.BigAutoField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("日志封存")

    def __str__(self) -> str:
        return f"{self.position}:{self.digest[:12]}"
