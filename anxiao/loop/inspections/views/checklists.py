"""Checklists: read by everybody who checks, edited as drafts by the bureau."""

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.catalog import key_part_label
from anxiao.foundation.ui.http import add_errors
from anxiao.loop.duties.queries.labels import scope_label
from anxiao.loop.duties.states import CADENCE_LABELS
from anxiao.loop.hazards.catalog import category_label
from anxiao.loop.inspections import queries, services
from anxiao.loop.inspections.forms import HeadForm, ItemTable
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.states import ChecklistState

READERS = ("inspections.view", "inspections.inspect", "inspections.checklists")


@page(*READERS)
@require_GET
def checklist_list(request: ActorRequest) -> HttpResponseBase:
    """Checklists in force and drafts."""
    kept = queries.checklists_kept(request.actor)
    rows = [
        {
            "checklist": row,
            "key_part": key_part_label(row.key_part),
            "rhythm": CADENCE_LABELS.get(row.cadence, row.cadence),
            "scope": scope_label(row.applies_to),
        }
        for row in kept
    ]
    drafts = sum(row.state == ChecklistState.DRAFT for row in kept)
    may_edit = request.actor.may_somewhere("inspections.checklists")
    context = {"rows": rows, "drafts": drafts, "may_edit": may_edit}
    return render(request, "inspections/checklists.html", context)


@page(*READERS)
@require_GET
def checklist_page(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One version, as it is filled in."""
    checklist = _checklist(request, pk)
    keeper = checklist.owner is not None and request.actor.may(
        "inspections.checklists", checklist.owner.path
    )
    context = {
        "checklist": checklist,
        "key_part": key_part_label(checklist.key_part),
        "category": category_label(checklist.category),
        "rhythm": CADENCE_LABELS.get(checklist.cadence, checklist.cadence),
        "scope": scope_label(checklist.applies_to),
        "is_draft": checklist.state == ChecklistState.DRAFT,
        "in_force": checklist.state == ChecklistState.PUBLISHED,
        "keeper": keeper,
        "may_copy": request.actor.may_somewhere("inspections.checklists"),
    }
    return render(request, "inspections/checklist.html", context)


@page("inspections.checklists")
def checklist_new(request: ActorRequest) -> HttpResponseBase:
    """A checklist of one's own, from nothing."""
    form = HeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            draft = services.new_checklist(
                code, _keeper(request), form.content(), actor=request.actor, at=request.at
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            return redirect("inspections:checklist_edit", draft.pk)
    return render(request, "inspections/checklist_new.html", {"form": form})


@page("inspections.checklists")
@require_POST
def checklist_copy(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The next version as a draft."""
    source = _checklist(request, pk)
    draft = services.new_version(source.code, _keeper(request), actor=request.actor, at=request.at)
    return redirect("inspections:checklist_edit", draft.pk)


@page("inspections.checklists")
def checklist_edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The draft's head and its items in one form."""
    draft = _own(request, pk)
    posted = request.POST if request.method == "POST" else None
    form, table = HeadForm(posted, checklist=draft), ItemTable(draft, posted)
    if posted is not None and form.is_valid() and not table.errors:
        content = {**form.content(), "items": table.items}
        services.edit_draft(draft, content, actor=request.actor, at=request.at)
        messages.success(request, _("已保存草稿。"))
        return redirect(_after_saving(draft, posted, table))
    rows = table.rows(request.GET.get("open", ""))
    context = {"checklist": draft, "form": form, "table": table, "rows": rows}
    return render(request, "inspections/checklist_edit.html", context)


@page("inspections.checklists")
@require_POST
def checklist_publish(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Put a draft in force."""
    draft = _own(request, pk)
    try:
        services.publish_checklist(draft, actor=request.actor, at=request.at)
    except Invalid as error:
        messages.error(request, "".join(error.fields.values()) or error.message)
    else:
        messages.success(request, _("检查表已启用，下级单位今天起使用这一版。"))
    return redirect("inspections:checklist", draft.pk)


@page("inspections.checklists")
@require_POST
def checklist_retire(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take an own checklist out of force."""
    checklist = _own(request, pk)
    services.retire_checklist(checklist, actor=request.actor, at=request.at)
    messages.success(request, _("检查表已停用，已有的检查记录保留。"))
    return redirect("inspections:checklists")


@page("inspections.checklists")
@require_POST
def checklist_delete(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    services.delete_draft(_own(request, pk), actor=request.actor, at=request.at)
    messages.success(request, _("已删除草稿。"))
    return redirect("inspections:checklists")


def _after_saving(draft: Checklist, posted: QueryDict, table: ItemTable) -> str:
    """The draft as it is filled in; after a step of editing the editor, at the row in question."""
    row = str(len(table.items) + 1) if "more" in posted else table.moved_to
    if row or "remove" in posted:
        edit = reverse("inspections:checklist_edit", args=[draft.pk])
        return f"{edit}?open={row}#row-{row}" if row else edit
    return reverse("inspections:checklist", args=[draft.pk])


def _checklist(request: ActorRequest, pk: int) -> Checklist:
    return get_object_or_404(queries.checklists_visible_to(request.actor), pk=pk)


def _own(request: ActorRequest, pk: int) -> Checklist:
    """One that the actor keeps; 403 for those that are only read."""
    checklist = _checklist(request, pk)
    if checklist.owner is None or not request.actor.may(
        "inspections.checklists", checklist.owner.path
    ):
        raise Forbidden("inspections.checklists")
    return checklist


def _keeper(request: ActorRequest) -> Org:
    """The level the post keeps checklists for."""
    post = request.post
    rows = Org.objects.visible_with(request.actor, "inspections.checklists")
    org = rows.filter(pk=post.org_id).first() if post else None
    if org is None:
        raise Forbidden("inspections.checklists")
    return org
