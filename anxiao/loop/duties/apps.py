"""The room of plans, duties, evidence and tallies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    name = "anxiao.loop.duties"
    verbose_name = _("履职")
