"""Hostile and honest files, made here and not kept in the repository."""

import io
import struct
import zipfile
import zlib
from itertools import count
from uuid import UUID

import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

_uuids = count(1)


def next_uuid():
    return UUID(int=next(_uuids))


def picture(size=(640, 480), seed=1):
    image = Image.new("RGB", size, (200, 200, 210))
    pen = ImageDraw.Draw(image)
    for step in range(12):
        x = (step * 37 * seed) % size[0]
        pen.rectangle((x, step * 20, x + 60, step * 20 + 40), fill=(step * 20, 90, 255 - step * 20))
    return image


def gps_exif(orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CanaryMaker"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 08:30:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (35.0, 30.0, 36.0)
    gps[3], gps[4] = "E", (116.0, 45.0, 0.0)
    return exif


def encoded(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def huge_png(width=30_000, height=30_000):
    """A PNG whose head promises 900 megapixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    row = zlib.compress(b"\0" * 100_000)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def office(main="word/document.xml", **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<x/>")
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<<>>\n%%EOF\n"
