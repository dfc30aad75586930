"""The look: base templates, partials, tags, static files, error pages."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "anxiao.foundation.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
