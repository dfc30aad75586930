"""Pages of the look itself."""

from django.urls import path

from anxiao.foundation.ui import views

app_name = "ui"
urlpatterns = [
    path("language", views.language, name="language"),
    path("styles", views.styles, name="styles"),
]
