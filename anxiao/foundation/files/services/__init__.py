"""Taking files in: judged by content, cleaned, kept once, told apart by the device's UUID."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.files.models import Blob, Upload
from anxiao.foundation.files.queries import handed_in_today, path_for
from anxiao.foundation.files.rules import (
    BYTES_PER_DAY,
    JPEG,
    MAX_DOCUMENT,
    MAX_PHOTO,
    MAX_SIGNATURE,
    PDF,
    PNG,
    UPLOADS_PER_DAY,
    looks_like,
    office_type,
    pdf_fault,
    safe_name,
)
from anxiao.foundation.files.services.storage import keep
from anxiao.foundation.kernel.archives import BadArchive, Limits, look_through
from anxiao.foundation.kernel.clock import business_day, day_bounds
from anxiao.foundation.kernel.errors import Conflict, Invalid, NotFound, TooMany
from anxiao.foundation.kernel.later import Later
from anxiao.foundation.orgs.models import Org

if TYPE_CHECKING:
    from anxiao.foundation.files.services import pictures
else:
    pictures = Later("anxiao.foundation.files.services.pictures")


__all__ = ["store_signature", "store_upload"]

OFFICE_LIMITS = Limits(parts=3000, total=256 << 20, part=128 << 20)
DATA_URL = "data:image/png;base64,"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class _Given:
    """Who hands in what, when and for which unit."""

    actor: Actor
    at: datetime
    org: Org
    uuid: UUID
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """What will be kept of it."""

    media_type: str
    content: bytes
    picture: "pictures.Picture | None" = None

    @property
    def sight(self) -> "pictures.Sight":
        return self.picture.sight if self.picture else pictures.Sight()


def store_upload(
    *, actor: Actor, at: datetime, org: Org, uuid: UUID, name: str, content: bytes | IO[bytes]
) -> Upload:
    """Take in a photo (JPEG, PNG, HEIC, WebP) or a document (PDF, DOCX, XLSX) for ``org``.

    The same ``uuid`` with the same content gives the same upload again; with other content it is
    a ``Conflict``, of another person ``NotFound``. ``Invalid`` says why a file is refused and
    leaves nothing behind; ``TooMany`` when the day's quota is used up.
    """
    require(actor, "files.upload", org.path)
    received = content if isinstance(content, bytes) else content.read(MAX_DOCUMENT + 1)
    given = _Given(actor, at, org, uuid, name, hashlib.sha256(received).hexdigest())
    if known := _known(given):
        return known
    _check_quota(given)
    return _store(given, _clean(received))


def store_signature(
    *, actor: Actor, at: datetime, org: Org, uuid: UUID, data_url: str, name: str = "签名"
) -> Upload:
    """Take in a signature drawn on a canvas (``data:image/png;base64,…``), at most 512 KiB.

    ``uuid`` works as in ``store_upload``; an empty canvas is ``Invalid``.
    """
    require(actor, "files.upload", org.path)
    received = _data_url_bytes(data_url)
    given = _Given(actor, at, org, uuid, name, hashlib.sha256(received).hexdigest())
    if known := _known(given):
        return known
    _check_quota(given)
    picture = pictures.redraw_signature(received)
    return _store(given, _Cleaned(PNG, picture.content, picture))


def _data_url_bytes(data_url: str) -> bytes:
    if not data_url.startswith(DATA_URL) or len(data_url) > MAX_SIGNATURE * 4 // 3 + 64:
        raise Invalid(_("没有收到签名，请重新签名后提交。"))
    try:
        return base64.b64decode(data_url.removeprefix(DATA_URL), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Invalid(_("没有收到完整的签名，请重新签名后提交。")) from fault


def _known(given: _Given) -> Upload | None:
    """The upload that bears this UUID already, if it is the same person's same file."""
    found = Upload.objects.filter(uuid=given.uuid).select_related("blob").first()
    if found is None:
        return None
    if found.user_id != given.actor.user_id:
        raise NotFound
    if found.original_sha256 != given.digest:
        raise Conflict(_("同一编号已上传过另一个文件，请重新选择文件后再上传。"))
    return found


def _check_quota(given: _Given) -> None:
    number, size = handed_in_today(given.actor.user_id, given.at)
    if number >= UPLOADS_PER_DAY or size >= BYTES_PER_DAY:
        _start, tomorrow = day_bounds(business_day(given.at))
        wait = int((tomorrow - given.at).total_seconds()) + 1
        raise TooMany(_("今天上传的文件已达上限，请明天再传。"), wait)


def _clean(content: bytes) -> _Cleaned:
    kind = looks_like(content)
    if kind == "photo":
        return _clean_photo(content)
    if kind and len(content) > MAX_DOCUMENT:
        raise Invalid(_("文件超过 %(size)d MB，请压缩后再上传。") % {"size": MAX_DOCUMENT // MIB})
    if kind == "pdf":
        return _clean_pdf(content)
    if kind == "zip":
        return _clean_office(content)
    if not content:
        raise Invalid(_("文件是空的，请重新选择。"))
    raise Invalid(_("不支持这种文件。照片请用 JPG、PNG、HEIC、WebP，文件请用 PDF、DOCX、XLSX。"))


def _clean_photo(content: bytes) -> _Cleaned:
    if len(content) > MAX_PHOTO:
        raise Invalid(_("照片超过 %(size)d MB，请压缩后再上传。") % {"size": MAX_PHOTO // MIB})
    picture = pictures.redraw(content)
    return _Cleaned(JPEG, picture.content, picture)


def _clean_pdf(content: bytes) -> _Cleaned:
    fault = pdf_fault(content)
    if fault == "active":
        raise Invalid(_("PDF 中带有脚本或附件，请另存为普通 PDF 后再上传。"))
    if fault:
        raise Invalid(_("PDF 文件不完整，请重新导出后再上传。"))
    return _Cleaned(PDF, content)


def _clean_office(content: bytes) -> _Cleaned:
    try:
        media_type = office_type(look_through(content, OFFICE_LIMITS))
    except BadArchive as fault:
        raise Invalid(_("文件已损坏或内容异常，请用办公软件另存后再上传。")) from fault
    if not media_type:
        raise Invalid(_("只接受不带宏的 DOCX、XLSX 文件，请另存后再上传。"))
    return _Cleaned(media_type, content)


def _store(given: _Given, cleaned: _Cleaned) -> Upload:
    """Bytes first, rows after; who loses a race on the UUID gets the winner's upload."""
    sha256 = hashlib.sha256(cleaned.content).hexdigest()
    keep(path_for(sha256), cleaned.content)
    if cleaned.picture:
        keep(path_for(sha256, "thumb"), cleaned.picture.thumb)
    try:
        with transaction.atomic():
            return _create_rows(given, cleaned, sha256)
    except IntegrityError:
        if known := _known(given):
            return known
        raise


def _create_rows(given: _Given, cleaned: _Cleaned, sha256: str) -> Upload:
    picture, sight = cleaned.picture, cleaned.sight
    blob, _created = Blob.objects.get_or_create(
        sha256=sha256,
        defaults={
            "media_type": cleaned.media_type,
            "size": len(cleaned.content),
            "width": picture.width if picture else None,
            "height": picture.height if picture else None,
            "perceptual_hash": picture.perceptual_hash if picture else "",
            "stored_at": given.at,
        },
    )
    return Upload.objects.create(
        uuid=given.uuid,
        blob=blob,
        org=given.org,
        user_id=given.actor.user_id,
        name=safe_name(given.name, cleaned.media_type),
        taken_at=sight.taken_at,
        latitude=sight.latitude,
        longitude=sight.longitude,
        original_sha256=given.digest,
        uploaded_at=given.at,
    )
