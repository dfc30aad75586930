"""S18: metadata is gone from what is kept; time and place stand in their columns."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image, PngImagePlugin

from anxiao.foundation.files.queries import path_of
from anxiao.foundation.files.rules import degrees
from tests.foundation.files.corpus import encoded, gps_exif, picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_s18_no_metadata_is_kept(hand_in, kind):
    stored = hand_in(encoded(picture(), kind, exif=gps_exif()))
    for variant in ("full", "thumb"):
        kept = path_of(stored.blob, variant)
        content = kept.read_bytes()
        assert b"Exif" not in content
        assert b"CanaryMaker" not in content
        with Image.open(kept) as image:
            assert not dict(image.getexif())
    assert stored.taken_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert stored.latitude == Decimal("35.51")
    assert stored.longitude == Decimal("116.75")


def test_s18_comments_xmp_and_profiles_go_too(hand_in):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "CanaryText")
    for content in (
        encoded(picture(), comment=b"CanaryText", icc_profile=b"CanaryText" * 20),
        encoded(picture(), "PNG", pnginfo=text),
        encoded(picture(), "WEBP", xmp=b"CanaryText"),
    ):
        assert b"CanaryText" not in path_of(hand_in(content).blob).read_bytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_s18_orientation_is_applied(hand_in, orientation):
    stored = hand_in(encoded(picture((60, 40)), exif=gps_exif(orientation)))
    upright = orientation in {1, 2, 3, 4}
    assert (stored.blob.width, stored.blob.height) == ((60, 40) if upright else (40, 60))


def test_s18_offset_of_the_clock_is_used(hand_in):
    exif = gps_exif()
    exif.get_ifd(0x8769)[0x9011] = "-03:30"
    stored = hand_in(encoded(picture(), exif=exif))
    assert stored.taken_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "gestern", "0000:00:00 00:00:00", "2026:13:40 99:00:00"])
def test_s18_senseless_times_are_left_out(hand_in, written):
    exif = gps_exif()
    exif.get_ifd(0x8769)[0x9003] = written
    assert hand_in(encoded(picture(), exif=exif)).taken_at is None


@pytest.mark.parametrize(
    ("parts", "hemisphere"),
    [
        ((1, 2), "N"),
        ((99, 0, 0), "N"),
        (("x", 0, 0), "E"),
        ((float("nan"), 0, 0), "E"),
        ((1, 2, 3), None),
    ],
)
def test_s18_senseless_places_are_left_out(parts, hemisphere):
    assert degrees(parts, hemisphere) is None


def test_s18_south_and_west_are_negative():
    assert degrees((10, 30, 0), "S") == Decimal("-10.5")
    assert degrees((10, 30, 0), "W\x00") == Decimal("-10.5")
