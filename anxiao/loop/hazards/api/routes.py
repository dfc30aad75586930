"""The router: the ledger by its own filters, opening, one hazard, every step."""

from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from anxiao.foundation.access.api import PICTURE, PROBLEMS, ApiRequest, needs
from anxiao.foundation.conflicts.services import keep
from anxiao.foundation.files.http import Variant, serve
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import AnotherBody
from anxiao.foundation.registers.declare import Asked, Register
from anxiao.foundation.registers.queries.programs import parameters, strict_page_of
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
)
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.queries import hazard_page, hazards_with_all
from anxiao.loop.hazards.services.refused import HAZARD
from anxiao.loop.hazards.services.told import open_as_told


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
    """Enter a hazard: 201 first, 200 with the same body again, 409 with another body.

    The other body is kept for its sender: ``link`` and ``list_conflicts`` show it.
    """
    try:
        hazard, created = open_as_told(payload.model_dump(), actor=request.actor, at=request.at)
    except AnotherBody as error:
        sent = payload.model_dump(exclude_unset=True, mode="json")
        subject = HAZARD.subject
        raise keep(error, sent, subject=subject, actor=request.actor, at=request.at) from error
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


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}
