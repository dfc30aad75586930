"""The room of checklists, points' cards, rounds and inspections."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "anxiao.loop.inspections"
    verbose_name = _("检查")
