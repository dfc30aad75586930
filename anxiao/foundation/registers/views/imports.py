"""Import of one register: upload, preview, apply, error workbook."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anxiao.foundation.access.http import ActorRequest, Guarded, costly, page
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.registers.declare import ImportContext, ImportSpec, Register
from anxiao.foundation.registers.forms import MappingForm, WorkbookForm
from anxiao.foundation.registers.http import workbook_response
from anxiao.foundation.registers.models import ImportBatch
from anxiao.foundation.registers.queries.screens import import_screen
from anxiao.foundation.registers.services import (
    apply_batch,
    correct_batch,
    discard_batch,
    error_book,
    remap_batch,
    upload_batch,
)
from anxiao.foundation.ui.http import add_errors

MAY = "registers.import"


def upload_view(register: Register, spec: ImportSpec) -> Guarded:
    """Choose a workbook."""

    @require_http_methods(["GET", "POST"])
    @page(MAY)
    @costly
    def uploading(request: ActorRequest) -> HttpResponse:
        form = WorkbookForm(request.POST or None, request.FILES or None)
        context = _context(request, spec)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = upload_batch(spec, file.read(), file.name, context)
                return redirect(f"{register.url_name}-preview", batch.uuid)
            except Invalid as error:
                form.add_error("file", error.message)
        shown = {"register": register, "spec": spec, "form": form}
        return render(request, "registers/import.html", shown, status=_status(form))

    return uploading


def preview_view(register: Register, spec: ImportSpec) -> Guarded:
    """What will happen; POST chooses columns anew."""

    @require_http_methods(["GET", "POST"])
    @page(MAY)
    def previewing(request: ActorRequest, uuid: UUID) -> HttpResponse:
        batch = _mine(request, spec, uuid)
        if "meant" in request.POST:
            return _corrected(request, register, spec, batch)
        form = MappingForm(request.POST or None, spec=spec, batch=batch)
        if request.method == "POST" and form.is_valid():
            try:
                remap_batch(batch, form.wish(), spec, _context(request, spec))
                return redirect(f"{register.url_name}-preview", batch.uuid)
            except Invalid as error:
                add_errors(form, error)
        screen = import_screen(batch, spec)
        shown = {"register": register, "spec": spec, "form": form, "screen": screen}
        return render(request, "registers/preview.html", shown, status=_status(form))

    return previewing


def _corrected(
    request: ActorRequest, register: Register, spec: ImportSpec, batch: ImportBatch
) -> HttpResponse:
    said, meant = request.POST.get("said", ""), request.POST["meant"]
    try:
        correct_batch(batch, said, meant, spec, _context(request, spec))
    except Invalid as error:
        messages.error(request, error.message)
    return redirect(f"{register.url_name}-preview", batch.uuid)


def apply_view(register: Register, spec: ImportSpec) -> Guarded:
    """Import what is right, or all or nothing."""

    @require_POST
    @page(MAY)
    @costly
    def applying(request: ActorRequest, uuid: UUID) -> HttpResponse:
        batch = _mine(request, spec, uuid)
        whole = request.POST.get("whole") == "1"
        try:
            apply_batch(batch, spec, _context(request, spec), whole=whole)
        except Invalid as error:
            messages.error(request, error.message)
        return redirect(f"{register.url_name}-preview", batch.uuid)

    return applying


def discard_view(register: Register, spec: ImportSpec) -> Guarded:
    """Throw the workbook away."""

    @require_POST
    @page(MAY)
    def discarding(request: ActorRequest, uuid: UUID) -> HttpResponse:
        discard_batch(_mine(request, spec, uuid), _context(request, spec))
        messages.success(request, _("已放弃这次导入，没有写入任何记录。"))
        return redirect(f"{register.url_name}-import")

    return discarding


def errors_view(register: Register, spec: ImportSpec) -> Guarded:
    """The error workbook."""

    @require_GET
    @page(MAY)
    def errors(request: ActorRequest, uuid: UUID) -> HttpResponseBase:
        batch = _mine(request, spec, uuid)
        path = error_book(batch, spec, _context(request, spec))
        if path is None:
            raise Http404
        return workbook_response(path, f"{register.title}{_('（未导入的行）')}.xlsx")

    return errors


def _context(request: ActorRequest, spec: ImportSpec) -> ImportContext:
    """Who imports, for the unit of the post; ``Forbidden`` without a post there."""
    if request.post is None:
        raise Forbidden(spec.capability)
    return ImportContext(request.actor, request.at, request.post.org_path)


def _mine(request: ActorRequest, spec: ImportSpec, uuid: UUID) -> ImportBatch:
    return get_object_or_404(ImportBatch, uuid=uuid, slug=spec.slug, user_id=request.actor.user_id)


def _status(form: WorkbookForm | MappingForm) -> int:
    return 422 if form.errors else 200
