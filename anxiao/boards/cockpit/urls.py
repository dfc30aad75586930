"""Routes of the boards."""

from django.urls import path

from anxiao.boards.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("", views.board, name="board"),
    path("print", views.board_print, name="print"),
]
