"""When each periodic job ran last and runs next, with the lease of whoever runs it now."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodicRun(models.Model):
    """One periodic job. ``leased_until`` in the past means that its runner died.

    ``holder`` names the claim in force: only its own runner may extend the lease or close it.
    ``failures`` counts failed runs in a row.
    """

    name = models.CharField(_("任务"), max_length=60, unique=True)
    next_at = models.DateTimeField(_("下次运行"))
    leased_until = models.DateTimeField(null=True)
    holder = models.CharField(max_length=16, blank=True)
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    started_at = models.DateTimeField(_("上次开始"), null=True)
    finished_at = models.DateTimeField(_("上次完成"), null=True)
    error = models.CharField(_("上次错误"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("定时任务")
        indexes = [models.Index(fields=["next_at"], name="periodic_next")]

    def __str__(self) -> str:
        return self.name
