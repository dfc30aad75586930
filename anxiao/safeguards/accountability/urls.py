"""Routes of clues."""

from django.urls import path

from anxiao.safeguards.accountability import views

app_name = "accountability"
urlpatterns = [path("", views.clue_list, name="list")]
