"""Routes of the duties room."""

from django.urls import path, re_path

from anxiao.loop.duties.views import drafts, exemptions, plans, units

app_name = "duties"
urlpatterns = [
    path("", units.mine, name="mine"),
    path("units/<int:pk>/", units.unit_page, name="unit"),
    path("units/<int:pk>/clauses/<int:clause_pk>/", units.clause_page, name="clause"),
    path("units/<int:pk>/duties/<int:duty_pk>/prove", units.prove, name="prove"),
    path("units/<int:pk>/duties/<int:duty_pk>/exempt", exemptions.exemption_request, name="exempt"),
    path("cells/<int:pk>/", units.cell_page, name="cell"),
    path("cells/<int:pk>/do", units.do, name="do"),
    path("evidence/<int:pk>/", units.evidence_page, name="evidence"),
    path("evidence/<int:pk>/revoke", units.evidence_revoke, name="revoke"),
    re_path(
        r"^evidence/(?P<pk>\d+)/files/(?P<file_pk>\d+)/(?P<variant>full|thumb)$",
        units.evidence_file,
        name="evidence_file",
    ),
    path("exemptions/", exemptions.exemption_list, name="exemptions"),
    path("exemptions/<int:pk>/", exemptions.exemption_page, name="exemption"),
    path("plans/", plans.plan_list, name="plans"),
    path("plans/new", drafts.plan_new, name="plan_new"),
    path("plans/import", plans.plan_import, name="import"),
    path("plans/<int:pk>/", plans.plan_page, name="plan"),
    path("plans/<int:pk>/preview", plans.plan_preview, name="preview"),
    path("plans/<int:pk>/publish", plans.plan_publish, name="publish"),
    path("plans/<int:pk>/retire", plans.plan_retire, name="retire"),
    path("plans/<int:pk>/copy", plans.plan_copy, name="copy"),
    path("plans/<int:pk>/delete", plans.plan_delete, name="delete"),
    path("plans/<int:pk>/diff/<int:other>", plans.plan_diff, name="diff"),
    re_path(r"^plans/(?P<pk>\d+)/file\.(?P<kind>toml|xlsx)$", plans.plan_export, name="export"),
    path("plans/<int:pk>/head", drafts.head_edit, name="head_edit"),
    path("plans/<int:pk>/clauses/new", drafts.clause_new, name="clause_new"),
    path("plans/clauses/<int:pk>/edit", drafts.clause_edit, name="clause_edit"),
    path("plans/clauses/<int:pk>/delete", drafts.clause_delete, name="clause_delete"),
    path("plans/clauses/<int:pk>/duties/new", drafts.duty_new, name="duty_new"),
    path("plans/duties/<int:pk>/", plans.duty_page, name="duty"),
    path("plans/duties/<int:pk>/edit", drafts.duty_edit, name="duty_edit"),
    path("plans/duties/<int:pk>/delete", drafts.duty_delete, name="duty_delete"),
]
