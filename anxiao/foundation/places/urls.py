"""Routes of places."""

from django.urls import path

from anxiao.foundation.places import views

app_name = "places"
urlpatterns = [
    path("<int:org_id>/", views.place_list, name="list"),
    path("<int:org_id>/new/", views.new_place, name="new_place"),
    path("<int:org_id>/points/new/", views.new_point, name="new_point"),
    path("<int:org_id>/labels/", views.labels, name="labels"),
    path("place/<int:pk>/retire/", views.retire_place, name="retire_place"),
    path("point/<int:pk>/", views.point_page, name="point"),
    path("point/<int:pk>/rebind/", views.rebind_label, name="rebind_label"),
    path("point/<int:pk>/retire/", views.retire_point, name="retire_point"),
    path("point/<int:pk>/replace-code/", views.replace_code, name="replace_code"),
]
