"""Handing files out. The owning room's view has checked that the actor may see the record."""

from typing import Literal

from django.http import FileResponse
from django.utils.http import content_disposition_header

from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.queries import path_of
from anxiao.foundation.files.rules import JPEG, PNG
from anxiao.foundation.kernel.errors import NotFound

INLINE = frozenset({JPEG, PNG})
Variant = Literal["full", "thumb"]


def serve(upload: Upload, variant: Variant = "full") -> FileResponse:
    """The content with the type it was judged to have; pictures inline, documents to be saved.

    ``thumb`` of a document is ``NotFound``. Browsers may keep it for a day, shared caches never.
    """
    blob = upload.blob
    if variant == "thumb" and blob.media_type not in INLINE:
        raise NotFound
    try:
        file = path_of(blob, variant).open("rb")
    except FileNotFoundError as fault:
        raise NotFound from fault
    response = FileResponse(file, content_type=blob.media_type)
    inline = blob.media_type in INLINE
    disposition = content_disposition_header(not inline, upload.name)
    response["Content-Disposition"] = disposition or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
