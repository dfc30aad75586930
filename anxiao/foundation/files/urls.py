"""Routes of the files room."""

from django.urls import path

from anxiao.foundation.files import views

app_name = "files"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("mine/<uuid:uuid>/thumb", views.my_thumb, name="my_thumb"),
]
