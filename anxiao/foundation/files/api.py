"""Handing in files from programs, one a request, under a UUID made on the device."""

from typing import Annotated
from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from anxiao.foundation.access.api import PICTURE, PROBLEMS, ApiRequest, needs, refuse_unknown
from anxiao.foundation.files.http import Variant, serve
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_fresh_upload
from anxiao.foundation.files.rules import MAX_DOCUMENT
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.errors import DomainError, Invalid
from anxiao.foundation.orgs.models import Org

router = Router(tags=["files"])


class TooLarge(DomainError):
    """More than is ever taken."""

    code = "too_large"
    status = 413


class FileOut(Schema):
    """What was kept of it: the type it was judged to have, its size after cleaning.

    ``url`` gives it to the same token for a day; later the record it belongs to does.
    """

    uuid: UUID
    unit: int
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    url: str


@router.post(
    "/files",
    response={(200, 201): FileOut, **PROBLEMS},
    operation_id="store_upload",
    summary="上传照片或文件",
)
@needs("files.upload")
def upload(
    request: ApiRequest,
    uuid: Annotated[UUID, Form()],
    file: Annotated[UploadedFile, File()],
    unit: Annotated[int | None, Form()] = None,
) -> Status[FileOut]:
    """Store one file for ``unit`` (default: the first post's): 201 when new, 200 when known."""
    refuse_unknown({**request.POST.dict(), **request.FILES.dict()}, ("uuid", "file", "unit"))
    if (file.size or 0) > MAX_DOCUMENT:
        most = MAX_DOCUMENT >> 20
        raise TooLarge(_("文件超过 %(size)d MB，请压缩后再上传。") % {"size": most})
    stored = store_upload(
        actor=request.actor,
        at=request.at,
        org=_unit(request, unit),
        uuid=uuid,
        name=file.name or "",
        content=file,
    )
    return Status(201 if stored.uploaded_at == request.at else 200, _shown(stored))


@router.get(
    "/files/{uuid}",
    response=PROBLEMS,
    operation_id="read_upload",
    summary="自己当天上传的文件",
    openapi_extra=PICTURE,
)
@needs("files.upload")
def read_upload(request: ApiRequest, uuid: UUID, variant: Variant = "full") -> FileResponse:
    """One's own upload of the last day, whole or as a thumbnail."""
    return serve(my_fresh_upload(request.actor, uuid, request.at), variant)


def _unit(request: ApiRequest, unit: int | None) -> Org:
    units = Org.objects.visible_with(request.actor, "files.upload")
    if unit is None:
        unit = request.post.org_id if request.post else None
    if unit is None:
        raise Invalid(_("请先选择单位再上传。"), {"unit": _("请选择单位。")})
    return get_object_or_404(units, pk=unit)


def _shown(stored: Upload) -> FileOut:
    blob = stored.blob
    return FileOut(
        uuid=stored.uuid,
        unit=stored.org_id,
        name=stored.name,
        media_type=blob.media_type,
        size=blob.size,
        width=blob.width,
        height=blob.height,
        url=reverse("api:read_upload", kwargs={"uuid": stored.uuid}),
    )
