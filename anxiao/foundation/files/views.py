"""Uploading from phone forms, one file a request, and the preview of one's own."""

import base64
from uuid import UUID

from django.http import FileResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.files.forms import UploadForm
from anxiao.foundation.files.http import serve
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_fresh_upload, path_of
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.errors import DomainError, Invalid, TooMany


@require_POST
@page("files.upload")
def upload(request: ActorRequest) -> JsonResponse:
    """Store one file: 201 when it is new, 200 when this UUID brought it before."""
    try:
        stored = _stored(request)
    except DomainError as error:
        return _refusal(error)
    return JsonResponse(_answer(stored), status=201 if stored.uploaded_at == request.at else 200)


@require_GET
@page("files.upload")
def my_thumb(request: ActorRequest, uuid: UUID) -> FileResponse:
    """The thumbnail of one's own upload of the last day."""
    return serve(my_fresh_upload(request.actor, uuid, request.at), "thumb")


def _stored(request: ActorRequest) -> Upload:
    form = UploadForm(request.POST, request.FILES, actor=request.actor)
    if not form.is_valid():
        fields = {name: str(errors[0]) for name, errors in form.errors.items()}
        raise Invalid(next(iter(fields.values())), fields)
    given = form.cleaned_data
    org = given["org"] or form.own_unit(request.post)
    if org is None:
        raise Invalid(_("请先选择单位再上传。"), {"org": _("请选择单位。")})
    return store_upload(
        actor=request.actor,
        at=request.at,
        org=org,
        uuid=given["uuid"],
        name=given["file"].name,
        content=given["file"],
    )


def _answer(stored: Upload) -> dict[str, object]:
    blob = stored.blob
    answer: dict[str, object] = {
        "uuid": str(stored.uuid),
        "name": stored.name,
        "media_type": blob.media_type,
        "size": blob.size,
    }
    if blob.width:
        thumb = base64.b64encode(path_of(blob, "thumb").read_bytes()).decode()
        answer |= {
            "width": blob.width,
            "height": blob.height,
            "thumb": f"data:{blob.media_type};base64,{thumb}",
        }
    return answer


def _refusal(error: DomainError) -> JsonResponse:
    body = {"code": error.code, "message": error.message, "fields": error.fields}
    response = JsonResponse(body, status=error.status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response
