"""The hazards room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HazardsConfig(AppConfig):
    name = "anxiao.loop.hazards"
    label = "hazards"
    verbose_name = _("隐患闭环")
