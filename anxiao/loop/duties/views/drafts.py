"""The web editor of drafts: head, clauses, duties."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties import queries, services
from anxiao.loop.duties.forms import ClauseForm, DutyForm, HeadForm
from anxiao.loop.duties.models import Clause, Duty, Plan
from anxiao.loop.duties.views.plans import issuer_or_404, plan_or_404


@page("duties.plan")
def plan_new(request: ActorRequest) -> HttpResponseBase:
    """Begin a plan from nothing, for the unit of the present post."""
    issuer = issuer_or_404(request)
    form = HeadForm(request.POST or None, initial={"issuer": issuer.name})
    if request.method == "POST" and form.is_valid():
        kinds = form.cleaned_data["evidence_labels"]
        try:
            plan = services.new_draft(
                issuer, form.head(), kinds, actor=request.actor, at=request.at
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("草稿已建立，请添加条款和职责。"))
            return redirect("duties:plan", plan.pk)
    context = {"form": form, "plan": None, "title": _("新建方案")}
    return render(request, "duties/draft_form.html", context)


@page("duties.plan")
def head_edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Change what stands above the clauses."""
    plan = plan_or_404(request, pk)
    form = HeadForm(request.POST or None, initial=HeadForm.values_of(plan))

    def save() -> None:
        services.save_head(
            plan,
            form.head(),
            form.cleaned_data["evidence_labels"],
            actor=request.actor,
            at=request.at,
        )

    return _edited(request, form, plan, save, _("修改方案"))


@page("duties.plan")
def clause_new(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Add a clause."""
    plan = plan_or_404(request, pk)
    form = ClauseForm(request.POST or None)

    def save() -> None:
        services.save_clause(plan, None, form.clause(), actor=request.actor, at=request.at)

    return _edited(request, form, plan, save, _("添加条款"))


@page("duties.plan")
def clause_edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Change a clause."""
    clause = _clause(request, pk)
    form = ClauseForm(request.POST or None, initial=ClauseForm.values_of(clause))

    def save() -> None:
        services.save_clause(clause.plan, clause, form.clause(), actor=request.actor, at=request.at)

    delete_url = reverse("duties:clause_delete", args=[clause.pk])
    return _edited(request, form, clause.plan, save, _("修改条款"), delete_url)


@page("duties.plan")
@require_POST
def clause_delete(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a clause with its duties out of a draft."""
    clause = _clause(request, pk)
    services.remove_clause(clause, actor=request.actor, at=request.at)
    messages.success(request, _("条款已删除。"))
    return redirect("duties:plan", clause.plan_id)


@page("duties.plan")
def duty_new(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Add a duty to a clause."""
    clause = _clause(request, pk)
    form = DutyForm(request.POST or None, kinds=queries.evidence_by_section(clause))

    def save() -> None:
        services.save_duty(clause, None, form.duty(), actor=request.actor, at=request.at)

    return _edited(request, form, clause.plan, save, _("添加职责"), lead=clause)


@page("duties.plan")
def duty_edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Change a duty."""
    duty = _duty(request, pk)
    kinds = queries.evidence_by_section(duty.clause)
    form = DutyForm(request.POST or None, kinds=kinds, initial=DutyForm.values_of(duty))

    def save() -> None:
        services.save_duty(duty.clause, duty, form.duty(), actor=request.actor, at=request.at)

    delete_url = reverse("duties:duty_delete", args=[duty.pk])
    return _edited(request, form, duty.plan, save, _("修改职责"), delete_url, lead=duty.clause)


@page("duties.plan")
@require_POST
def duty_delete(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a duty out of a draft."""
    duty = _duty(request, pk)
    services.remove_duty(duty, actor=request.actor, at=request.at)
    messages.success(request, _("职责已删除。"))
    return redirect("duties:plan", duty.plan_id)


def _edited(
    request: ActorRequest,
    form: Form,
    plan: Plan,
    save: Any,
    title: str,
    delete_url: str = "",
    *,
    lead: Clause | None = None,
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已保存到草稿。"))
            return redirect("duties:plan", plan.pk)
    context = {"form": form, "plan": plan, "title": title, "delete_url": delete_url, "clause": lead}
    return render(request, "duties/draft_form.html", context)


def _clause(request: ActorRequest, pk: int) -> Clause:
    clauses = Clause.objects.visible_with(request.actor, "duties.plan")
    return get_object_or_404(clauses.select_related("plan__issuer"), pk=pk)


def _duty(request: ActorRequest, pk: int) -> Duty:
    duties = Duty.objects.visible_with(request.actor, "duties.plan")
    return get_object_or_404(duties.select_related("plan__issuer", "clause__plan__issuer"), pk=pk)
