"""Routes of the hazards room: one per step, named like its service and its button."""

from django.urls import path, register_converter

from anxiao.loop.hazards.views import criteria, pages, photos, printing, steps
from anxiao.loop.hazards.views.step_table import PAGES

app_name = "hazards"


class Variant:
    """``full`` or ``thumb``."""

    regex = "full|thumb"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Variant, "variant")

urlpatterns = [
    path("", pages.hazard_list, name="list"),
    path("open", pages.open_hazard, name="open"),
    path("<int:pk>", pages.detail, name="detail"),
    path("<int:pk>/comment", pages.comment, name="comment"),
    path("<int:pk>/notice", printing.print_notice, name="notice"),
    path("<int:pk>/closing", printing.print_closing, name="closing"),
    path("<int:pk>/photos/<int:photo_pk>/<variant:variant>", photos.photo, name="photo"),
    path("criteria/<int:pk>", criteria.criterion, name="criterion"),
    path("criteria/<int:pk>/retire", criteria.retire_criterion, name="retire_criterion"),
    *(path(f"<int:pk>/{step.name}", steps.step_view(step), name=step.name) for step in PAGES),
]
