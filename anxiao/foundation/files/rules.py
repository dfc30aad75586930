"""Pure decisions over uploaded bytes: what a file is by its content, what it may be called."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from decimal import Decimal

MAX_PHOTO = 15 << 20
MAX_DOCUMENT = 20 << 20
MAX_SIGNATURE = 512 << 10
MAX_SIDE = 2560
THUMB_SIDE = 480
MAX_PIXELS = 50_000_000
MAX_JPEG_PIXELS = 220_000_000
"""JPEG is decoded at a fraction of its size, so that 200-megapixel phones may hand in theirs."""
UPLOADS_PER_DAY = 600
BYTES_PER_DAY = 1 << 30
NAME_LENGTH = 100
EXTENSION_LENGTH = 5

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSIONS = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf", DOCX: ".docx", XLSX: ".xlsx"}

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"heif"})
_ACTIVE_PDF = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)\b"
)
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_MACROS = ("vbaproject", "activex", "oleobject", "vbadata", "macrosheets")
_UNSAFE = re.compile(r'[\\/:*?"<>|]+')
_GPS_PARTS = 3


def looks_like(content: bytes) -> str:
    """``photo``, ``pdf``, ``zip`` or ``""`` by the first bytes; names are not believed."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "photo"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "photo"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "photo"
    if content.startswith(b"%PDF-1.") or content.startswith(b"%PDF-2."):
        return "pdf"
    return "zip" if content.startswith(b"PK\x03\x04") else ""


def pdf_fault(content: bytes) -> str:
    """``broken``, ``active`` (scripts, programs, files inside) or ``""``."""
    tail = content[-2048:]
    if b"%%EOF" not in tail or b"PK\x05\x06" in content[-70_000:]:
        return "broken"
    if tail.rpartition(b"%%EOF")[2].strip(b"\r\n\x00 "):
        return "broken"
    plain = _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), content)
    return "active" if _ACTIVE_PDF.search(plain) else ""


def office_type(names: Collection[str]) -> str:
    """Media type of an office container by its parts; ``""`` for other zips and for macros."""
    lowered = [f"/{name.lower()}" for name in names]
    if "[Content_Types].xml" not in names or any(
        word in name for name in lowered for word in _MACROS
    ):
        return ""
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else ""


def safe_name(name: str, media_type: str) -> str:
    """A file name for people: its last part, visible characters only, the true extension.

    Direction marks, control characters and lone surrogates go; at most ``NAME_LENGTH`` characters.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    stem = _UNSAFE.sub("_", kept).strip(" .")
    extension = EXTENSIONS[media_type]
    before, dot, after = stem.rpartition(".")
    if dot and before and len(after) <= EXTENSION_LENGTH:
        stem = before.strip(" .")
    return f"{stem[: NAME_LENGTH - len(extension)] or '文件'}{extension}"


def degrees(parts: Sequence[object], hemisphere: object) -> Decimal | None:
    """Decimal degrees of an EXIF position (degrees, minutes, seconds); None for nonsense."""
    if len(parts) != _GPS_PARTS or not isinstance(hemisphere, str):
        return None
    sign = hemisphere.strip("\x00 ").upper()[:1]
    try:
        numbers = [float(str(part)) for part in parts]
        value = numbers[0] + numbers[1] / 60 + numbers[2] / 3600
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    limit = {"N": 90, "S": 90, "E": 180, "W": 180}.get(sign)
    if limit is None or not 0 <= value <= limit:  # NaN fails both
        return None
    return round(Decimal(value if sign in "NE" else -value), 6)


def dhash(gray: Sequence[int]) -> str:
    """Difference hash of a picture of 9 by 8 gray values, 16 hexadecimal digits."""
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (gray[at] > gray[at + 1])
    return f"{bits:016x}"
