"""S17: uploads are judged by content, drawn anew, and bad ones leave nothing behind."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from anxiao.foundation.files.models import Blob, Upload
from anxiao.foundation.files.queries import path_of
from anxiao.foundation.files.rules import looks_like, office_type, pdf_fault
from anxiao.foundation.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
)
from tests.builders import make_school, make_user
from tests.foundation.files.corpus import PDF, encoded, huge_png, next_uuid, office, picture

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

SOUND = {kind: encoded(picture((64, 48)), kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")}
SOUND |= {"zip": office(), "pdf": PDF}


def _zip_with_prefix():
    return b"\xff\xd8\xff" + office()


def _encrypted_flag():
    content = bytearray(office())
    content[6] |= 1
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


BAD = {
    "empty": b"",
    "html named jpg": HTML,
    "svg": SVG,
    "gif": encoded(picture(), "GIF"),
    "bmp": encoded(picture(), "BMP"),
    "tiff": encoded(picture(), "TIFF"),
    "text": "隐患".encode(),
    "truncated jpeg": encoded(picture())[:3000],
    "truncated png": encoded(picture(), "PNG")[:-400],
    "truncated webp": encoded(picture(), "WEBP")[:800],
    "truncated heic": encoded(picture(), "HEIF")[:900],
    "jpeg head and html": b"\xff\xd8\xff" + HTML,
    "heic brand and html": b"\0\0\0\x18ftypheic" + HTML,
    "png bomb": huge_png(),
    "pdf cut": PDF[:-8],
    "pdf with tail": PDF + HTML,
    "pdf script": PDF.replace(b"/Type", b"/JavaScript (x) /Type"),
    "pdf script, hex name": PDF.replace(b"/Type", b"/J#61vaScript (x) /Type"),
    "pdf with files": PDF.replace(b"/Type", b"/EmbeddedFiles 2 0 R /Type"),
    "pdf and zip": PDF[:-6] + office() + b"%%EOF",
    "docx with macros": office(**{"word/vbaProject.bin": b"x"}),
    "xlsx with activex": office("xl/workbook.xml", **{"xl/activeX/activeX1.bin": b"x"}),
    "any zip": office("index.html"),
    "jpeg and zip": _zip_with_prefix(),
    "zip cut": office()[:-5],
    "zip slip": office(**{"../../etc/passwd": b"x"}),
    "encrypted": _encrypted_flag(),
    "docx with doctype": office(**{"word/x.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
    "ole doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "exe": b"MZ" + b"\0" * 600,
}


@pytest.mark.parametrize("case", BAD)
def test_s17_bad_files_are_refused_and_leave_nothing(hand_in, media, case):
    with pytest.raises(Invalid) as refusal:
        hand_in(BAD[case])
    assert refusal.value.message
    assert not Upload.objects.exists()
    assert not Blob.objects.exists()
    assert not list(media.rglob("*")) if media.exists() else True


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_s17_photos_become_plain_jpeg(hand_in, kind):
    stored = hand_in(encoded(picture((3000, 2000)), kind), f"隐患.{kind.lower()}")
    with Image.open(path_of(stored.blob)) as image:
        assert image.format == "JPEG"
        assert image.size == (2560, 1707)
    with Image.open(path_of(stored.blob, "thumb")) as thumb:
        assert max(thumb.size) == 480
    assert stored.name == "隐患.jpg"
    assert stored.blob.media_type == "image/jpeg"
    assert len(stored.blob.perceptual_hash) == 16


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_s17_every_colour_mode_is_read(hand_in, mode):
    image = Image.new(mode, (50, 40)) if mode == "I;16" else picture((50, 40)).convert(mode)
    stored = hand_in(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert (stored.blob.width, stored.blob.height) == (50, 40)


def test_s17_polyglot_tail_is_gone(hand_in):
    stored = hand_in(encoded(picture()) + HTML + office())
    kept = path_of(stored.blob).read_bytes()
    assert b"script" not in kept
    assert b"PK\x03\x04" not in kept


def test_s17_big_jpeg_is_read_at_a_fraction(hand_in):
    stored = hand_in(encoded(Image.new("L", (12_000, 9_000)), quality=20))
    assert stored.blob.width == 2560


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (PDF, "方案.exe", "方案.pdf"),
        (office(), "方案.docx", "方案.docx"),
        (office("xl/workbook.xml"), "../../台账", "台账.xlsx"),
    ],
)
def test_s17_documents_are_kept_as_they_are(hand_in, content, name, kept):
    stored = hand_in(content, name)
    assert path_of(stored.blob).read_bytes() == content
    assert stored.name == kept


def test_s17_size_limits(hand_in):
    with pytest.raises(Invalid, match="15 MB"):
        hand_in(encoded(picture()) + b"\0" * (15 << 20))
    with pytest.raises(Invalid, match="20 MB"):
        hand_in(PDF + b"\0" * (20 << 20))


def test_s17_same_uuid_twice_is_one_upload(hand_in):
    uuid, content = next_uuid(), encoded(picture())
    assert hand_in(content, uuid=uuid) == hand_in(content, uuid=uuid)
    assert Upload.objects.count() == 1


def test_s17_same_uuid_other_content_is_a_conflict(hand_in):
    uuid = next_uuid()
    hand_in(encoded(picture()), uuid=uuid)
    with pytest.raises(Conflict):
        hand_in(encoded(picture(seed=5)), uuid=uuid)


def test_s17_same_uuid_of_another_person_is_not_found(hand_in, school):
    uuid = next_uuid()
    hand_in(encoded(picture()), uuid=uuid)
    with pytest.raises(NotFound):
        hand_in(encoded(picture()), uuid=uuid, user=make_user("石娜雨", (school, "guard")))


def test_s17_same_content_is_kept_once(hand_in, media):
    first, second = hand_in(encoded(picture())), hand_in(encoded(picture()))
    assert first.blob == second.blob
    assert first != second
    assert len([path for path in media.rglob("*") if path.is_file()]) == 2  # full and thumb


def test_s17_only_for_units_of_the_actor(hand_in, school):
    stranger = make_user("黎子", (make_school(school.county), "safety_officer"))
    with pytest.raises(Forbidden):
        hand_in(encoded(picture()), user=stranger)


def test_s17_daily_quota(hand_in, monkeypatch):
    monkeypatch.setattr("anxiao.foundation.files.services.UPLOADS_PER_DAY", 1)
    hand_in(encoded(picture()))
    with pytest.raises(TooMany) as refusal:
        hand_in(encoded(picture(seed=3)))
    assert refusal.value.retry_after == 14 * 3600 + 1


def test_s17_similar_pictures_have_near_hashes(hand_in):
    hashes = [
        int(hand_in(encoded(picture(), quality=quality)).blob.perceptual_hash, 16)
        for quality in (95, 30)
    ]
    assert (hashes[0] ^ hashes[1]).bit_count() <= 4


@given(st.binary(max_size=3000))
def test_s17_arbitrary_bytes_are_judged_without_a_crash(content):
    looks_like(content)
    pdf_fault(b"%PDF-1.4" + content)
    office_type({content.decode("latin-1")})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_s17_damaged_files_are_taken_or_refused(hand_in, data):
    kind = data.draw(st.sampled_from(sorted(SOUND)))
    damaged = bytearray(SOUND[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        hand_in(bytes(damaged))
    except DomainError as error:
        assert error.message


def test_s17_zip_reader_counts_real_bytes(hand_in):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * (200 << 20))
    with pytest.raises(Invalid):
        hand_in(out.getvalue())
