"""Zip containers from strangers (xlsx, docx): looked through before anything opens them."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

CHUNK = 1 << 16
SYMLINK = 0o120000
FILE_TYPE = 0o170000
ZIP_START, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
END_RECORD = 22
"""Bytes of a zip's last record when it carries no comment."""


class BadArchive(ValueError):
    """Why a container is not opened; ``code`` is one of broken, parts, size, ratio, path, xml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on parts, on unpacked bytes (of all, of one), and on unpacked against packed."""

    parts: int = 2000
    total: int = 96 << 20
    part: int = 64 << 20
    ratio: int = 200


def look_through(content: bytes, limits: Limits = Limits()) -> frozenset[str]:
    """Names of the parts of a zip that is safe to open; ``BadArchive`` otherwise.

    Sizes are counted by unpacking, not believed. Refused are names that leave the folder, links,
    encrypted parts, bytes before, between or after what the directory lists, and XML with a DTD.
    """
    if not content.startswith(ZIP_START) or content[-END_RECORD:][:4] != ZIP_END:
        raise BadArchive("broken")
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_directory(parts, limits)
            _check_contents(archive, parts, limits)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as fault:
        raise BadArchive("broken") from fault
    return frozenset(part.filename for part in parts)


def _check_directory(parts: list[ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise BadArchive("parts")
    if not parts or min(part.header_offset for part in parts) != 0:
        raise BadArchive("broken")
    names = [part.filename for part in parts]
    if len(set(names)) != len(names) or any(map(_leaves, names)):
        raise BadArchive("path")
    if any((part.external_attr >> 16) & FILE_TYPE == SYMLINK for part in parts):
        raise BadArchive("path")
    if any(part.flag_bits & 1 for part in parts):
        raise BadArchive("broken")


def _leaves(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _check_contents(archive: ZipFile, parts: list[ZipInfo], limits: Limits) -> None:
    total = 0
    for part in parts:
        size = _unpacked(archive, part, limits, limits.total - total)
        total += size
        if size > CHUNK * 16 and size > limits.ratio * max(part.compress_size, 1):
            raise BadArchive("ratio")


def _unpacked(archive: ZipFile, part: ZipInfo, limits: Limits, left: int) -> int:
    """Bytes that ``part`` really holds; at most one chunk is in memory."""
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    size = 0
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > min(left, limits.part):
                raise BadArchive("size")
            if is_xml and _has_dtd(tail + chunk):
                raise BadArchive("xml")
            tail = chunk[-32:]
    return size


def _has_dtd(piece: bytes) -> bool:
    """A DTD or entity in any encoding that XML readers take by themselves."""
    flat = piece.replace(b"\x00", b"")
    return b"<!DOCTYPE" in flat or b"<!ENTITY" in flat
