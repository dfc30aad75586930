"""The sender's box: what waits, one refused body beside the stored record, the two decisions."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.http import ActorRequest, Guarded, page
from anxiao.foundation.conflicts.declare import Kind, Kinds
from anxiao.foundation.conflicts.forms import SaveForm
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.queries import waiting
from anxiao.foundation.conflicts.rules import paired, raw_lines
from anxiao.foundation.conflicts.services import drop_refused, save_refused
from anxiao.foundation.conflicts.states import SENDS, RefusedState
from anxiao.foundation.kernel.errors import Conflict, DomainError


def list_view(kinds: Kinds) -> Guarded:
    """What waits for the person."""

    @page(*SENDS)
    @require_safe
    def waiting_list(request: ActorRequest) -> HttpResponseBase:
        rows = [{"row": row, "label": kinds[row.subject].label} for row in waiting(request.actor)]
        return render(request, "conflicts/list.html", {"rows": rows})

    return waiting_list


def detail_view(kinds: Kinds) -> Guarded:
    """Both records beside each other."""

    @page(*SENDS)
    @require_safe
    def detail(request: ActorRequest, pk: int) -> HttpResponseBase:
        return _show(request, kinds, _own(request, pk))

    return detail


@require_POST
@page(*SENDS)
def drop(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Not wanted."""
    drop_refused(_own(request, pk), actor=request.actor, at=request.at)
    messages.success(request, _("已处理：不要这一份。"))
    return redirect("today:today")


def save_view(kinds: Kinds) -> Guarded:
    """Store it as a record of its own; what is wrong with it is told here."""

    @require_POST
    @page(*SENDS)
    def save(request: ActorRequest, pk: int) -> HttpResponseBase:
        row, form = _own(request, pk), SaveForm(request.POST)
        if not form.is_valid():
            return _show(request, kinds, row, form=form)
        reason = form.cleaned_data["late_reason"]
        kind, actor = kinds[row.subject], request.actor
        try:
            url = save_refused(row, kind, late_reason=reason, actor=actor, at=request.at)
        except Conflict:
            raise
        except DomainError as error:
            return _show(request, kinds, _own(request, pk), error=error, form=form)
        messages.success(request, _("已另存为一条新记录。"))
        return redirect(url)

    return save


def _own(request: ActorRequest, pk: int) -> Refused:
    rows = Refused.objects.visible_to(request.actor).select_related("org")
    return get_object_or_404(rows, pk=pk)


def _show(
    request: ActorRequest,
    kinds: Kinds,
    row: Refused,
    *,
    error: DomainError | None = None,
    form: SaveForm | None = None,
) -> HttpResponseBase:
    kind = kinds[row.subject]
    context: dict[str, Any] = {"row": row, "label": kind.label}
    if row.state == RefusedState.KEPT:
        fields = error.fields if error else {}
        context |= _beside(kind, row, request.actor) | {
            "problems": list(fields.values()) or ([_message(error)] if error else []),
            "form": _asking(form) if form and ("late_reason" in fields or form.errors) else None,
        }
    refused = error is not None or bool(form and form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "conflicts/detail.html", context, status=status)


def _beside(kind: Kind, row: Refused, actor: Actor) -> dict[str, Any]:
    """Both records line by line; a body that is not understood any more as it is."""
    body = json.loads(row.body)
    try:
        record = kind.read(body)
    except (ValueError, KeyError):
        return {"raw": raw_lines(body)}
    compared = kind.compare(row.uuid, record, actor)
    pairs = paired(compared.stored, compared.refused)
    return {
        "url": compared.url,
        "different": [pair for pair in pairs if pair.differs],
        "same": [pair for pair in pairs if not pair.differs],
    }


def _asking(form: SaveForm) -> SaveForm:
    form.fields["late_reason"].required = True
    return form


def _message(error: DomainError) -> str:
    return error.message or _("您现在不能为这个单位登记这类记录，请联系单位安全专干。")
