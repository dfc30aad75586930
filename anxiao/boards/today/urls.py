"""Routes of the first page."""

from django.urls import path

from anxiao.boards.today import views

app_name = "today"
urlpatterns = [
    path("", views.today, name="today"),
    path("scan/", views.scan, name="scan"),
]
