"""Pictures: what their metadata says is read out, then they are drawn anew without it."""

import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from typing import Any

import pillow_heif
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from anxiao.foundation.files.rules import (
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    MAX_SIDE,
    THUMB_SIDE,
    degrees,
    dhash,
)
from anxiao.foundation.kernel.clock import TIMEZONE
from anxiao.foundation.kernel.errors import Invalid

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
QUALITY, THUMB_QUALITY = 82, 76
WHITE = (255, 255, 255)
SIGNATURE_SIDE = 1200
FIRST_YEAR = 2000
"""Earlier clocks were never set."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the metadata said: when and where the picture was taken."""

    taken_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew: bytes for keeping, bytes of its thumbnail, and what was known of it."""

    content: bytes
    thumb: bytes
    width: int
    height: int
    perceptual_hash: str
    sight: Sight


def redraw(content: bytes) -> Picture:
    """A JPEG of at most ``MAX_SIDE`` pixels a side, upright, without any metadata.

    Raises ``Invalid`` for what is no picture, is cut off, or has too many pixels.
    """
    with _opened(content) as source:
        sight = _sight(source)
        image = _flat(source)
    thumb = image.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    gray = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    return Picture(
        content=_jpeg(image, QUALITY),
        thumb=_jpeg(thumb, THUMB_QUALITY),
        width=image.width,
        height=image.height,
        perceptual_hash=dhash(gray.tobytes()),
        sight=sight,
    )


def redraw_signature(content: bytes) -> Picture:
    """A signature as a small PNG in black on white; ``Invalid`` when nothing is drawn on it."""
    with _opened(content, ("PNG",)) as source:
        image = _flat(source).convert("L")
    image.thumbnail((SIGNATURE_SIDE, SIGNATURE_SIDE))
    low, high = image.getextrema()
    if low == high:
        raise Invalid(_("签名是空白的，请签名后再提交。"))
    out = BytesIO()
    image.info = {}
    image.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), out.getvalue(), image.width, image.height, "", Sight())


def _opened(content: bytes, formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """The picture with its head read and its size judged; no pixel is decoded yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=formats)
    except Image.DecompressionBombError as fault:
        raise Invalid(_too_large()) from fault
    except Exception as fault:  # decoders raise whatever they like on hostile bytes
        raise Invalid(_broken()) from fault
    limit = MAX_JPEG_PIXELS if image.format in {"JPEG", "MPO"} else MAX_PIXELS
    if image.width * image.height > limit:
        raise Invalid(_too_large())
    return image


def _flat(source: Image.Image) -> Image.Image:
    """Decoded, upright, at most ``MAX_SIDE``, RGB on white, nothing but pixels."""
    try:
        source.draft("RGB", (MAX_SIDE, MAX_SIDE))
        source.load()
        if max(source.size) > MAX_SIDE:
            source.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
        image = ImageOps.exif_transpose(source)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            image = Image.new("RGB", layer.size, WHITE)
            image.paste(layer, mask=layer)
        image = image.convert("RGB")
    except Exception as fault:  # decoders raise whatever they like on hostile bytes
        raise Invalid(_broken()) from fault
    image.info = {}
    return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _sight(image: Image.Image) -> Sight:
    try:
        exif = image.getexif()
        taken = _taken_at(exif.get_ifd(ExifTags.IFD.Exif))
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _position(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef)
        longitude = _position(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef)
    except Exception:
        return Sight()
    if latitude is None or longitude is None:
        return Sight(taken)
    return Sight(taken, latitude, longitude)


def _position(gps: dict[int, Any], tag: int, reference: int) -> Decimal | None:
    return degrees(tuple(gps.get(tag, ())), gps.get(reference))


def _taken_at(exif: dict[int, Any]) -> datetime | None:
    """``DateTimeOriginal``; without an offset it is Shanghai's clock."""
    written = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\x00 ")
    try:
        taken = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - zone follows
    except ValueError:
        return None
    if taken.year < FIRST_YEAR:
        return None
    return taken.replace(tzinfo=_offset(str(exif.get(ExifTags.Base.OffsetTimeOriginal, ""))))


def _offset(written: str) -> timezone | Any:
    try:
        hours, minutes = int(written[:3]), int(written[0] + written[4:6])
        return timezone(timedelta(hours=hours, minutes=minutes))
    except (ValueError, IndexError):
        return TIMEZONE


def _broken() -> str:
    return _("照片不完整或不是可识别的图片，请重新拍摄或改用 JPG、PNG、HEIC 图片。")


def _too_large() -> str:
    return _("图片像素过大，请用手机直接拍摄或缩小后再上传。")
