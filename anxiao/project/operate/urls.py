"""Pages for monitors."""

from django.urls import path

from anxiao.project.operate import views

app_name = "operate"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.metrics_page, name="metrics"),
]
