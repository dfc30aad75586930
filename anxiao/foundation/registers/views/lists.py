"""List, paper, export and saved filters of one register."""

import tempfile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, Guarded, costly, page, signed_in
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.declare import Asked, Register
from anxiao.foundation.registers.forms import SaveFilterForm
from anxiao.foundation.registers.http import workbook_response
from anxiao.foundation.registers.models import SavedFilter
from anxiao.foundation.registers.queries import page_of, read_query
from anxiao.foundation.registers.queries.paper import paper_sheet
from anxiao.foundation.registers.queries.screens import list_screen
from anxiao.foundation.registers.services import delete_filter, export, save_filter


def asked_by(request: ActorRequest) -> Asked:
    """Who asks, from which post, when."""
    return Asked(request.actor, request.at, request.post)


def list_view(register: Register) -> Guarded:
    """The list page."""

    @require_GET
    @page(*register.capabilities)
    def listing(request: ActorRequest) -> HttpResponse:
        asked = asked_by(request)
        shown = page_of(register, asked, request.GET.dict(), sums=True)
        screen = list_screen(register, asked, shown)
        return render(request, "registers/list.html", {"register": register, "screen": screen})

    return listing


def print_view(register: Register) -> Guarded:
    """The 台账 on paper."""

    @require_GET
    @page(*register.capabilities)
    @costly
    def printing(request: ActorRequest) -> HttpResponse:
        asked = asked_by(request)
        sheet = paper_sheet(register, asked, read_query(register, asked, request.GET.dict()))
        return render(request, "registers/print.html", {"register": register, "sheet": sheet})

    return printing


def export_view(register: Register) -> Guarded:
    """The rows as .xlsx; by POST, since it is written into the journal."""

    @require_POST
    @page("registers.export")
    @costly
    def exporting(request: ActorRequest) -> HttpResponseBase:
        asked = asked_by(request)
        target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            export(register, asked, request.GET.dict(), target)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return workbook_response(target, f"{register.title}{asked.day:%Y%m%d}.xlsx")

    return exporting


def save_view(register: Register) -> Guarded:
    """Keep the filters of the list under a name."""

    @require_POST
    @page(*register.capabilities)
    def saving(request: ActorRequest) -> HttpResponse:
        asked = asked_by(request)
        query = read_query(register, asked, request.GET.dict())
        form = SaveFilterForm(request.POST)
        try:
            if not form.is_valid():
                raise Invalid(_("请填写名称，不超过 40 个字。"))
            name = form.cleaned_data["name"]
            save_filter(register, query, name, actor=asked.actor, at=asked.at)
            messages.success(request, _("已保存为常用筛选“%(name)s”。") % {"name": name})
        except Invalid as error:
            messages.error(request, error.message)
        return redirect(reverse(register.url_name) + query.link())

    return saving


def saved_view(register: Register) -> Guarded:
    """The link of a saved filter: to the list, with the rights of whoever opens it."""

    @require_GET
    @page(*register.capabilities)
    def opening(request: ActorRequest, uuid: UUID) -> HttpResponse:
        saved = get_object_or_404(SavedFilter, uuid=uuid, slug=register.slug)
        return redirect(f"{reverse(register.url_name)}?{saved.query}")

    return opening


def unsave_view(register: Register) -> Guarded:
    """Remove one's own saved filter."""

    @require_POST
    @page(*register.capabilities)
    def removing(request: ActorRequest, uuid: UUID) -> HttpResponse:
        saved = get_object_or_404(
            SavedFilter, uuid=uuid, slug=register.slug, user_id=request.actor.user_id
        )
        delete_filter(saved, actor=request.actor)
        messages.success(request, _("已删除常用筛选“%(name)s”。") % {"name": saved.name})
        return redirect(register.url_name)

    return removing


def index_view(registers: tuple[Register, ...]) -> Guarded:
    """All registers the person may open."""

    @require_GET
    @signed_in
    def index(request: ActorRequest) -> HttpResponse:
        mine: list[dict[str, Any]] = [
            {
                "title": one.title,
                "url": reverse(one.url_name),
                "clauses": _("、").join(one.clauses),
            }
            for one in registers
            if any(map(request.actor.may_somewhere, one.capabilities))
        ]
        return render(request, "registers/index.html", {"registers": mine})

    return index
