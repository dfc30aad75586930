"""Routes of the conflict box, over the kinds of records that other rooms declare."""

from django.urls import URLPattern, path

from anxiao.foundation.conflicts import views
from anxiao.foundation.conflicts.declare import Kinds


def conflict_urls(kinds: Kinds) -> tuple[list[URLPattern], str]:
    """Patterns and namespace for ``include``."""
    patterns = [
        path("", views.list_view(kinds), name="list"),
        path("<int:pk>", views.detail_view(kinds), name="detail"),
        path("<int:pk>/drop", views.drop, name="drop"),
        path("<int:pk>/save", views.save_view(kinds), name="save"),
    ]
    return patterns, "conflicts"
