"""Photos of a hazard: taken in with a form, handed out to who may see the hazard."""

import hashlib
from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID, uuid5

from django import forms
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.files.http import serve
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import my_uploads
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Hazard

KEY = UUID("5b1d3f0e-6c0a-4a55-9d0c-7f1f5f2a9e11")
"""Namespace: the same picture sent again by the same person for the same unit is one upload."""


@require_GET
@page("hazards.view", "hazards.view_own")
def photo(
    request: ActorRequest, pk: int, photo_pk: int, variant: Literal["full", "thumb"]
) -> FileResponse:
    """A photo of a hazard one may see."""
    hazard = get_object_or_404(Hazard.objects.visible_to(request.actor), pk=pk)
    found = get_object_or_404(hazard.photos.select_related("upload__blob"), pk=photo_pk)
    return serve(found.upload, variant)


def received(request: ActorRequest, form: forms.Form, org: Org) -> list[Upload]:
    """The photos of a form: those kept from an earlier try, then those sent now.

    A picture that is refused becomes an error of the field; what was good is kept for the next
    try.
    """
    kept = my_uploads(request.actor, _uuids(form.data.getlist("kept")))  # type: ignore[attr-defined]
    found = {upload.uuid: upload for upload in kept}
    for file in request.FILES.getlist("photos"):
        try:
            upload = _stored(request, org, file)
        except Invalid as error:
            form.add_error("photos", error.message)
        else:
            found[upload.uuid] = upload
    return list(found.values())


def _stored(request: ActorRequest, org: Org, file: Any) -> Upload:
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    return store_upload(
        actor=request.actor,
        at=request.at,
        org=org,
        uuid=uuid5(KEY, f"{request.actor.user_id}:{org.pk}:{digest}"),
        name=file.name,
        content=content,
    )


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
