"""Routes of the inspections room; ``card_urlpatterns`` stand at ``p/``, where the QRs lead."""

from django.urls import path, re_path

from anxiao.loop.inspections.views import card, checklists, coverage, fill, records, rounds, start

app_name = "inspections"
urlpatterns = [
    path("", start.start, name="start"),
    path("enter", start.enter, name="enter"),
    path("new", fill.new, name="new"),
    path("list", records.inspection_list, name="list"),
    path("<int:pk>/", records.detail, name="detail"),
    path("<int:pk>/done", records.done, name="done"),
    path("<int:pk>/print", records.sheet, name="print"),
    re_path(
        r"^(?P<pk>\d+)/photos/(?P<uuid>[0-9a-f-]{36})/(?P<variant>full|thumb)$",
        records.photo,
        name="photo",
    ),
    path("rounds/", rounds.round_list, name="rounds"),
    path("rounds/new", rounds.round_new, name="round_new"),
    path("rounds/<int:pk>/", rounds.walk, name="walk"),
    path("rounds/<int:pk>/edit", rounds.round_edit, name="round_edit"),
    path("rounds/<int:pk>/retire", rounds.round_retire, name="round_retire"),
    path("points/", rounds.point_list, name="points"),
    path("points/<int:pk>/", rounds.assign, name="assign"),
    path("checklists/", checklists.checklist_list, name="checklists"),
    path("checklists/new", checklists.checklist_new, name="checklist_new"),
    path("checklists/<int:pk>/", checklists.checklist_page, name="checklist"),
    path("checklists/<int:pk>/copy", checklists.checklist_copy, name="checklist_copy"),
    path("checklists/<int:pk>/edit", checklists.checklist_edit, name="checklist_edit"),
    path("checklists/<int:pk>/publish", checklists.checklist_publish, name="checklist_publish"),
    path("checklists/<int:pk>/retire", checklists.checklist_retire, name="checklist_retire"),
    path("checklists/<int:pk>/delete", checklists.checklist_delete, name="checklist_delete"),
    path("coverage/", coverage.coverage_page, name="coverage"),
]

card_urlpatterns = [
    re_path(r"^(?P<code>[0-9A-Za-z]{4,16})/?$", card.card, name="card"),
]
