"""Routes of units."""

from django.urls import path

from anxiao.foundation.orgs.views import calendars, units

app_name = "orgs"
urlpatterns = [
    path("", units.home, name="home"),
    path("<int:pk>", units.detail, name="detail"),
    path("<int:pk>/edit", units.edit, name="edit"),
    path("<int:pk>/new", units.new, name="new"),
    path("<int:pk>/rename", units.rename, name="rename"),
    path("<int:pk>/close", units.close, name="close"),
    path("<int:pk>/reopen", units.reopen, name="reopen"),
    path("<int:pk>/merge", units.merge, name="merge"),
    path("<int:pk>/calendar", calendars.calendar, name="calendar"),
    path("terms/<int:pk>/remove", calendars.remove_term, name="remove-term"),
    path("days/<int:pk>/clear", calendars.clear_day, name="clear-day"),
]
