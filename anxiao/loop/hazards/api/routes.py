"""The router: the ledger by its own filters, opening, one hazard, every step."""

from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from anxiao.foundation.access.api import PICTURE, PROBLEMS, ApiRequest, needs
from anxiao.foundation.files.http import Variant, serve
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.registers.declare import Asked, Register
from anxiao.foundation.registers.queries.programs import parameters, strict_page_of
from anxiao.loop.hazards import services
from anxiao.loop.hazards.api.answers import (
    HazardList,
    HazardOut,
    answer_of,
    line_of,
)
from anxiao.loop.hazards.api.bodies import OpenBody
from anxiao.loop.hazards.api.steps import (
    SEE,
    STEPS,
    ApiStep,
    Doing,
    criterion_of,
    own_uploads,
)
from anxiao.loop.hazards.catalog import category_code
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import hazard_page, hazards_with_all

AS_TOLD = ("criterion", "point", "place", "photos", "unit")
"""Fields of the body that name rows; the rest is taken as it was told."""


def hazard_router(register: Register) -> Router:
    """A router over the ledger that ``register`` declares."""
    router = Router(tags=["hazards"])

    @router.get(
        "/hazards",
        response={200: HazardList, **PROBLEMS},
        operation_id="list_hazards",
        summary="隐患台账的一页",
        openapi_extra={"parameters": [_parameter(name) for name in parameters(register)]},
    )
    @needs(*SEE, reads_query=True)
    def listing(request: ApiRequest) -> HazardList:
        """Hazards that may be seen, with the filters, sorts and cursors of the register."""
        asked = Asked(request.actor, request.at, request.post)
        shown = strict_page_of(register, asked, request.GET.dict())
        return HazardList(
            rows=[line_of(row) for row in shown.rows],
            count=shown.count,
            capped=shown.capped,
            next=shown.next,
            previous=shown.previous,
        )

    router.post(
        "/hazards",
        response={(200, 201): HazardOut, **PROBLEMS},
        operation_id="open_hazard",
        summary="登记隐患",
    )(open_hazard)
    router.get(
        "/hazards/{id}",
        response={200: HazardOut, **PROBLEMS},
        operation_id="read_hazard",
        summary="一项隐患",
    )(read_hazard)
    router.get(
        "/hazards/{id}/photos/{photo}",
        response=PROBLEMS,
        operation_id="read_hazard_photo",
        summary="隐患的一张照片",
        openapi_extra=PICTURE,
    )(hazard_photo)
    for step in STEPS:
        router.post(
            f"/hazards/{{id}}/{step.name}",
            response={200: HazardOut, **PROBLEMS},
            operation_id=f"{step.name}_hazard",
            summary=step.label,
        )(_taking(step))
    return router


@needs("hazards.open")
def open_hazard(request: ApiRequest, payload: OpenBody) -> Status[HazardOut]:
    """Enter a hazard: 201 first, 200 with the same body again, 409 with another body."""
    units = Org.objects.visible_with(request.actor, "hazards.open")
    org = get_object_or_404(units, pk=payload.unit)
    found = _found(request, payload, org)
    hazard, created = services.open_hazard_once(found, actor=request.actor, at=request.at)
    page = hazard_page(hazard, request.actor, business_day(request.at))
    return Status(201 if created else 200, answer_of(page))


@needs(*SEE)
def read_hazard(request: ApiRequest, id: int) -> HazardOut:  # noqa: A002 - the path's name
    """A hazard with its commitments, photos, requests, comments, history and next steps."""
    return _answer(request, id)


@needs(*SEE)
def hazard_photo(
    request: ApiRequest,
    id: int,  # noqa: A002 - the path's name
    photo: int,
    variant: Variant = "full",
) -> FileResponse:
    """A photo of a hazard that may be seen, whole or as a thumbnail."""
    hazard = get_object_or_404(Hazard.objects.visible_to(request.actor), pk=id)
    found = get_object_or_404(hazard.photos.select_related("upload__blob"), pk=photo)
    return serve(found.upload, variant)


def _taking(step: ApiStep) -> Any:
    def take(request: ApiRequest, id: int, payload: Any) -> HazardOut:  # noqa: A002
        step.do(Doing(_hazard(request, id), payload, request.actor, request.at))
        return _answer(request, id)

    take.__name__ = f"{step.name}_hazard"
    take.__doc__ = step.body.__doc__
    take.__annotations__["payload"] = step.body
    return needs(*step.capabilities)(take)


def _hazard(request: ApiRequest, pk: int) -> Hazard:
    rows = hazards_with_all(Hazard.objects.visible_to(request.actor))
    return get_object_or_404(rows, pk=pk)


def _answer(request: ApiRequest, pk: int) -> HazardOut:
    page = hazard_page(_hazard(request, pk), request.actor, business_day(request.at))
    return answer_of(page)


def _found(request: ApiRequest, payload: OpenBody, org: Org) -> services.Found:
    actor = request.actor
    point, place = _spot(request, payload, org)
    given = payload.model_dump(exclude=set(AS_TOLD))
    if category_code(payload.category) is None:
        message = _("没有这个隐患类别，请核对。")
        raise Invalid(message, {"category": message})
    given["place_text"] = payload.place_text or _name(point, place)
    return services.Found(
        org=org,
        point=point,
        place=place,
        criterion=criterion_of(actor, payload.criterion),
        photos=own_uploads(actor, payload.photos),
        **given,
    )


def _spot(request: ApiRequest, payload: OpenBody, org: Org) -> tuple[Point | None, Place | None]:
    point = place = None
    if payload.point:
        points = Point.objects.visible_to(request.actor).filter(org=org, retired_on=None)
        point = points.select_related("place").filter(code=payload.point.upper()).first()
        if point is None:
            message = _("本单位没有这个检查点。")
            raise Invalid(message, {"point": message})
    if payload.place is not None:
        places = Place.objects.visible_to(request.actor).filter(org=org, retired_on=None)
        place = places.filter(pk=payload.place).first()
        if place is None:
            message = _("本单位没有这个场所。")
            raise Invalid(message, {"place": message})
    return point, place


def _name(point: Point | None, place: Place | None) -> str:
    if point is not None:
        return f"{point.place.full_name} {point.name}" if point.place else point.name
    return place.full_name if place else ""


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}
