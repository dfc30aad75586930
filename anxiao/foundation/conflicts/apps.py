"""The conflict box."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConflictsConfig(AppConfig):
    name = "anxiao.foundation.conflicts"
    verbose_name = _("待核对")
