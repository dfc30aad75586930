"""Plans: list, page, preview, publication, files in and out, what two of them differ in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, costly, page
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties import queries, services
from anxiao.loop.duties.catalog import Change, label_of, write_toml, write_workbook
from anxiao.loop.duties.forms import PlanFileForm
from anxiao.loop.duties.models import Clause, Duty, Plan
from anxiao.loop.duties.queries.labels import bound_label, rhythm_label, said_label
from anxiao.loop.duties.states import ROOM_LABELS, PlanState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATE_TONES = {"draft": "soon", "published": "done", "retired": "plain"}


def plan_or_404(request: ActorRequest, pk: int) -> Plan:
    """A plan that the actor may see."""
    plans = Plan.objects.visible_to(request.actor).select_related("issuer")
    return get_object_or_404(plans, pk=pk)


def issuer_or_404(request: ActorRequest) -> Org:
    """The unit of the present post, if plans may be drawn up there."""
    issuers = Org.objects.visible_with(request.actor, "duties.plan")
    return get_object_or_404(issuers, pk=request.post.org_id if request.post else 0)


@page("duties.view")
@require_GET
def plan_list(request: ActorRequest) -> HttpResponseBase:
    """All plans that reach the actor, newest first."""
    visible = Plan.objects.visible_to(request.actor).select_related("issuer")
    found = list(visible.order_by("-from_on", "code", "-version"))
    plans = [{"plan": plan, "tone": STATE_TONES[plan.state]} for plan in found]
    context = {
        "plans": plans,
        "published": sum(plan.state == PlanState.PUBLISHED for plan in found),
        "may_plan": request.actor.may_somewhere("duties.plan"),
    }
    return render(request, "duties/plans.html", context)


@page("duties.view")
@require_GET
def plan_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A plan clause by clause in the notice's own words."""
    plan = plan_or_404(request, pk)
    clauses = queries.clauses_of(plan)
    versions = Plan.objects.visible_to(request.actor).filter(issuer=plan.issuer_id, code=plan.code)
    context = {
        "plan": plan,
        "tone": STATE_TONES[plan.state],
        "chapters": _chapters(clauses),
        "clause_count": len(clauses),
        "duty_count": sum(len(clause.duties.all()) for clause in clauses),
        "versions": versions.exclude(pk=plan.pk).order_by("-version"),
        "costs": queries.weekly_cost(plan),
        "may_plan": request.actor.may("duties.plan", plan.issuer.path),
        "is_draft": plan.state == PlanState.DRAFT,
    }
    return render(request, "duties/plan.html", context)


def _chapters(clauses: list[Clause]) -> list[dict[str, Any]]:
    chapters: list[dict[str, Any]] = []
    for clause in clauses:
        if not chapters or chapters[-1]["name"] != clause.chapter:
            chapters.append({"name": clause.chapter, "clauses": []})
        duties = [duty_row(duty) for duty in clause.duties.all()]
        chapters[-1]["clauses"].append({"clause": clause, "duties": duties})
    return chapters


def duty_row(duty: Duty) -> dict[str, Any]:
    """What lists of duties show."""
    return {"duty": duty, "rhythm": rhythm_label(duty), "bound": bound_label(duty)}


@page("duties.view")
@require_GET
def duty_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One duty as the plan defines it."""
    duties = Duty.objects.visible_to(request.actor).select_related("plan__issuer", "clause")
    duty = get_object_or_404(duties, pk=pk)
    labels = duty.plan.evidence_labels
    context = {
        **duty_row(duty),
        "room": ROOM_LABELS.get(duty.room, duty.room),
        "kinds": _("、").join(labels.get(kind, kind) for kind in duty.evidence),
        "cost": queries.duty_cost(duty),
        "may_plan": request.actor.may("duties.plan", duty.plan.issuer.path),
        "is_draft": duty.plan.state == PlanState.DRAFT,
    }
    return render(request, "duties/duty.html", context)


@page("duties.plan")
@require_GET
def plan_preview(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Whom a draft would bind and what it costs each post, before it is published."""
    plan = plan_or_404(request, pk)
    found = queries.preview(plan)
    rows = [{**duty_row(each.duty), "preview": each} for each in found.duties]
    former = queries.published_version(plan)
    context = {"plan": plan, "rows": rows, "preview": found, "former": former}
    return render(request, "duties/preview.html", context)


@page("duties.plan")
@require_POST
def plan_publish(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Publish a draft."""
    plan = plan_or_404(request, pk)
    services.publish_plan(plan, actor=request.actor, at=request.at)
    messages.success(request, _("方案已发布，各单位今天起可以看到应履行的职责。"))
    return redirect("duties:plan", plan.pk)


@page("duties.plan")
@require_POST
def plan_retire(request: ActorRequest, pk: int) -> HttpResponseBase:
    """End a published plan."""
    plan = plan_or_404(request, pk)
    services.retire_plan(plan, actor=request.actor, at=request.at)
    messages.success(request, _("方案已停用，已有的履职记录保留。"))
    return redirect("duties:plan", plan.pk)


@page("duties.plan")
@require_POST
def plan_copy(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A new draft version of a plan."""
    copy = services.copy_plan(plan_or_404(request, pk), actor=request.actor, at=request.at)
    messages.success(request, _("已复制为新版本草稿，修改后再发布。"))
    return redirect("duties:plan", copy.pk)


@page("duties.plan")
@require_POST
def plan_delete(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Remove a draft."""
    services.delete_draft(plan_or_404(request, pk), actor=request.actor, at=request.at)
    messages.success(request, _("草稿已删除。"))
    return redirect("duties:plans")


@page("duties.plan")
@costly
def plan_import(request: ActorRequest) -> HttpResponseBase:
    """Take a plan in from a file, for the unit of the present post."""
    issuer = issuer_or_404(request)
    form = PlanFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = _take(form.cleaned_data["file"], issuer, request)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _taken(plan))
            return redirect("duties:plan", plan.pk)
    return render(request, "duties/plan_import.html", {"form": form, "issuer": issuer})


def _taken(plan: Plan) -> str:
    if plan.state == PlanState.DRAFT:
        return _("方案已导入为草稿，核对后再发布。")
    return _("与第 %(n)d 版相同，没有新建。") % {"n": plan.version}


def _take(file: Any, issuer: Org, request: ActorRequest) -> Plan:
    content = file.read()
    if content.startswith(b"PK"):
        return services.import_workbook(content, issuer, actor=request.actor, at=request.at)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("文件不是 UTF-8 编码的文本，也不是 Excel 工作簿，请另存后再上传。")
        raise Invalid(message, {"file": message}) from error
    return services.import_plan(text, issuer, actor=request.actor, at=request.at)


@page("duties.view")
@costly
@require_GET
def plan_export(request: ActorRequest, pk: int, kind: str) -> HttpResponseBase:
    """A plan as TOML or Excel."""
    plan = plan_or_404(request, pk)
    data = queries.plan_data(plan)
    content: bytes | str = write_workbook(data) if kind == "xlsx" else write_toml(data)
    media = XLSX if kind == "xlsx" else "text/plain; charset=utf-8"
    response = HttpResponse(content, content_type=media)
    name = f"{plan.title}-{plan.version}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@page("duties.view")
@require_GET
def plan_diff(request: ActorRequest, pk: int, other: int) -> HttpResponseBase:
    """What ``other`` says differently from plan ``pk``."""
    before, after = plan_or_404(request, pk), plan_or_404(request, other)
    changes = queries.plan_differences(before, after)
    kinds = before.evidence_labels | after.evidence_labels
    groups = [
        {
            "label": label,
            "tone": tone,
            "changes": [_shown(each, kinds) for each in changes if each.kind == kind],
        }
        for kind, label, tone in (
            ("added", _("新增"), "done"),
            ("removed", _("删去"), "late"),
            ("changed", _("修改"), "soon"),
        )
    ]
    context = {"before": before, "after": after, "groups": groups, "count": len(changes)}
    return render(request, "duties/diff.html", context)


def _shown(change: Change, kinds: dict[str, str]) -> dict[str, Any]:
    whats = {"plan": _("方案"), "clause": _("条款"), "duty": _("职责")}
    fields = [
        (label_of(change, name), said_label(name, before, kinds), said_label(name, after, kinds))
        for name, before, after in change.fields
    ]
    return {"what": whats[change.what], "change": change, "fields": fields}
