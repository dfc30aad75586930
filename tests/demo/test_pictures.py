"""Photos of the demo: a JPEG of a scene, with what was wrong gone once it is mended."""

import random
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from anxiao.demo.pictures import HEIGHT, SCENES, WIDTH, draw
from anxiao.demo.scenes import EARLIER
from anxiao.demo.scenes import SCENES as SHOWN
from anxiao.loop.hazards.catalog import category_choices

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize("what", ["fire", "no-such-category"])
def test_a_scene_differs_once_it_is_mended(what):
    pictures = [
        Image.open(BytesIO(draw(what, random.Random(5), AT, mended=mended)))
        for mended in (False, True)
    ]
    assert {(picture.format, *picture.size) for picture in pictures} == {("JPEG", WIDTH, HEIGHT)}
    assert ImageChops.difference(*pictures).convert("L").getextrema()[1] > 60


def test_every_word_of_the_demo_uses_a_category_there_is():
    known = {code for code, _label in category_choices()}
    used = {scene.category for scene in SHOWN} | {category for category, *_rest in EARLIER}
    assert used | set(SCENES) <= known
