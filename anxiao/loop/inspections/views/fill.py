"""Filling a checklist in: photos are stored first, then everything in one transaction."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.conflicts.http import shown_beside
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import AnotherBody, Forbidden, Invalid, NotFound
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.queries import places_of
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.forms import FillForm
from anxiao.loop.inspections.forms.filling import SIDES
from anxiao.loop.inspections.models import Checklist, Round
from anxiao.loop.inspections.queries.checklists import formerly_in_force
from anxiao.loop.inspections.rules import UPPER_KINDS, Submitted, usual_kind
from anxiao.loop.inspections.services import submit_inspection
from anxiao.loop.inspections.services.refused import INSPECTION, body_of
from anxiao.loop.inspections.views.pictures import Pictures
from anxiao.loop.inspections.views.units import number_in, unit_asked


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is about."""

    org: Org
    checklist: Checklist
    kinds: tuple[str, ...]
    point: Point | None
    round: Round | None

    def choices(self) -> dict[str, Any]:
        """What the form lets choose; a point has its place already."""
        places = Place.objects.none() if self.point else places_of(self.org)
        return {"checklist": self.checklist, "kinds": self.kinds, "places": places}

    @property
    def upper(self) -> bool:
        """Whether somebody from above may be inspecting: signatures are shown."""
        return any(kind in UPPER_KINDS for kind in self.kinds)

    @property
    def upper_only(self) -> bool:
        """Whether every kind on offer wants the inspector's signature."""
        return all(kind in UPPER_KINDS for kind in self.kinds)


@page("inspections.inspect", "inspections.superior")
def new(request: ActorRequest) -> HttpResponseBase:
    """The page of one checklist; the answer to it is the result page."""
    point = _row(request, "point", queries.points_in_use())
    org = _org(request, point)
    kinds = queries.kinds_open_to(request.actor, org)
    if not kinds:
        raise Forbidden("inspections.inspect")
    held = queries.checklists_in_force(org)
    wanted = request.GET.get("checklist", "")
    checklist = next((row for row in held if wanted in {str(row.pk), row.code}), None)
    if checklist is None and request.method == "POST":  # changed while it was filled in
        checklist = formerly_in_force(number_in(wanted), org)
    if checklist is None:
        return _not_in_force(request, org, held, wanted)
    round_ = _row(request, "round", queries.rounds_of(org).select_related("org"))
    asked = Asked(org, checklist, kinds, point, round_)
    if request.method != "POST":
        return _show(request, asked, _blank(request, asked))
    form = FillForm(request.POST, request.FILES, **asked.choices())
    shaped = form.is_valid()
    if not (_stored(request, asked, form) and shaped):
        return _show(request, asked, form)
    return _submit(request, asked, form)


def _submit(request: ActorRequest, asked: Asked, form: FillForm) -> HttpResponseBase:
    """Store it, say what is wrong with it, or show it beside the record that came before."""
    submitted = _submitted(form, asked)
    try:
        inspection, _created = submit_inspection(submitted, actor=request.actor, at=request.at)
    except Invalid as error:
        for name, message in error.fields.items():
            form.fault(name, message)
        return _show(request, asked, form)
    except AnotherBody as error:
        return shown_beside(request, error, body_of(submitted), subject=INSPECTION.subject)
    return redirect("inspections:done", inspection.pk)


def _not_in_force(
    request: ActorRequest, org: Org, held: list[Checklist], wanted: str
) -> HttpResponseBase:
    """What to do instead: the newer version, another checklist, or asking those who keep them."""
    known = queries.checklists_visible_to(request.actor)
    former = known.filter(pk=number_in(wanted)).first() or known.filter(code=wanted).first()
    context = {
        "org": org,
        "former": former,
        "newer": next((row for row in held if former and row.code == former.code), None),
        "may_keep": request.actor.may_somewhere("inspections.checklists"),
    }
    return render(request, "inspections/not_in_force.html", context, status=404)


def _org(request: ActorRequest, point: Point | None) -> Org:
    if point is None:
        org = unit_asked(request)
        if org is None:
            raise NotFound
        return org
    org = queries.org_of(point.org_id)
    if org is None or not queries.kinds_open_to(request.actor, org):
        raise NotFound
    return org


def _row(request: ActorRequest, name: str, rows: Any) -> Any:
    value = request.GET.get(name, "")
    if not value:
        return None
    row = rows.filter(pk=number_in(value)).first()
    if row is None:
        raise NotFound
    return row


def _blank(request: ActorRequest, asked: Asked) -> FillForm:
    """The page before anything is said: what was true last time stands there already."""
    day = business_day(request.at)
    before = queries.last_by(request.actor, asked.org)
    same = before is not None and before.checklist_id == asked.checklist.pk
    usual = usual_kind(
        asked.kinds,
        asked.checklist.title,
        on_round=asked.round is not None,
        last=before.kind if before and same else "",
    )
    kinds = (request.GET.get("kind", ""), usual)
    initial = {
        "kind": next(kind for kind in kinds if kind in asked.kinds),
        "happened_on": day,
        "started_at": request.at.isoformat(),
        "inspected_name": before.inspected_name if before else "",
        "place": request.GET.get("place"),
        "companions": before.companions if before and before.happened_on == day else "",
    }
    last = queries.last_here(asked.org, asked.checklist.code, asked.point)
    form = FillForm(initial=initial, **asked.choices())
    form.remember(last.answers if last else {})
    return form


def _stored(request: ActorRequest, asked: Asked, form: FillForm) -> bool:
    """Whether all pictures are stored; they are even when something else is wrong."""
    if not form.cleaned_data.get("uuid"):
        return False
    pictures = Pictures(request, asked.org, form)
    pictures.store_all({side: request.POST.get(f"{side}_signature", "") for side in SIDES})
    return pictures.fine


def _submitted(form: FillForm, asked: Asked) -> Submitted:
    given = form.cleaned_data
    return Submitted(
        org_id=asked.org.pk,
        checklist_id=asked.checklist.pk,
        point_id=asked.point.pk if asked.point else None,
        place_id=given["place"].pk if given["place"] else None,
        round_id=asked.round.pk if asked.round else None,
        answers=form.answers(),
        inspector_signature=_uuid(form.kept_signatures.get("inspector", "")),
        inspected_signature=_uuid(form.kept_signatures.get("inspected", "")),
        **{
            name: given[name]
            for name in (
                *("uuid", "kind", "happened_on", "started_at", "companions", "remarks"),
                *("late_reason", "inspected_name", "unsigned_reason"),
            )
        },
    )


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None


def _show(request: ActorRequest, asked: Asked, form: FillForm) -> HttpResponseBase:
    cards = list(form.cards())
    spot = f"{asked.point.pk if asked.point else ''}"
    context = {
        "asked": asked,
        "form": form,
        "cards": cards,
        "wrong": [card for card in cards if card.error or card.note.errors],
        "total": len(cards),
        "draft": f"inspection-{asked.checklist.pk}-{asked.org.pk}-{spot}",
        "back": "?" + urlencode({"unit": asked.org.pk}),
        "signature_errors": {
            f"{side}_signature": form.item_errors.get(f"{side}_signature", "") for side in SIDES
        },
    }
    return render(request, "inspections/fill.html", context)
