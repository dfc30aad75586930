"""Routes of messages."""

from django.urls import path

from anxiao.foundation.messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read-all/", views.read_all, name="read_all"),
    path("<int:pk>/open/", views.open_message, name="open"),
    path("preference/", views.preference, name="preference"),
    path("robots/", views.robots, name="robots"),
    path("robots/new/", views.add_robot, name="add_robot"),
    path("robots/<int:pk>/switch/", views.switch_robot, name="switch_robot"),
    path("robots/<int:pk>/test/", views.test_robot, name="test_robot"),
]
