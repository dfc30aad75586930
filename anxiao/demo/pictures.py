"""Photos of the demo: places of a school, drawn here, before and after something was mended."""

import random
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from anxiao.demo.county import County
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.clock import TIMEZONE
from anxiao.foundation.orgs.models import Org

WIDTH, HEIGHT = 960, 720
DARK, STEEL, RED, YELLOW, GREEN = "#2b2f33", "#8d969e", "#b8281f", "#e6b422", "#2f7d46"
Pen = ImageDraw.ImageDraw
Drawing = Callable[[Pen, bool], None]


def taken(
    county: County, org: Org, actor: Actor, at: datetime, what: str, *, mended: bool = False
) -> Upload:
    """A photo that ``actor`` took at ``org``: a scene of the hazard category ``what``."""
    uuid = UUID(int=county.dice.getrandbits(128), version=4)
    content = draw(what, county.dice, at, mended=mended)
    name = f"IMG_{at.astimezone(TIMEZONE):%Y%m%d_%H%M%S}.jpg"
    return store_upload(actor=actor, at=at, org=org, uuid=uuid, name=name, content=content)


def draw(what: str, dice: random.Random, at: datetime, *, mended: bool) -> bytes:
    """The scene as a JPEG with the date a camera prints into its corner."""
    light = dice.randint(196, 216)
    wall = (light, light - 4, light - 14)
    picture = Image.new("RGB", (WIDTH, HEIGHT), wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 560, WIDTH, HEIGHT), fill=(128, 122, 112))
    pen.rectangle((0, 548, WIDTH, 562), fill=(150, 140, 124))
    SCENES.get(what, _wall)(pen, mended)
    picture = _as_a_camera_sees(picture, dice)
    stamp = f"{at.astimezone(TIMEZONE):%Y-%m-%d %H:%M}"
    font = ImageFont.load_default(size=30)
    ImageDraw.Draw(picture).text((WIDTH - 24, HEIGHT - 20), stamp, "#ffd45c", font, anchor="rs")
    written = BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue()


def _as_a_camera_sees(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Held by hand: a little turned, light from one side, soft, with grain."""
    turned = picture.rotate(dice.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=(96, 92, 86))
    left, top = dice.randint(40, 70), dice.randint(30, 50)
    box = (left, top, WIDTH - left, HEIGHT - top)
    shot = turned.crop(box).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    light = Image.radial_gradient("L").resize((WIDTH * 2, HEIGHT * 2))
    across, down = dice.randint(200, WIDTH - 200), dice.randint(100, HEIGHT - 200)
    light = light.crop((across, down, across + WIDTH, down + HEIGHT))
    shade = ImageChops.invert(light).point(lambda value: 110 + value * 145 // 255)
    lit = ImageChops.multiply(shot, shade.convert("RGB"))
    grain = Image.effect_noise((WIDTH, HEIGHT), 18).convert("RGB")
    return Image.blend(lit.filter(ImageFilter.GaussianBlur(1.1)), grain, 0.06)


def _extinguishers(pen: Pen, mended: bool) -> None:
    pen.rectangle((250, 330, 710, 600), fill=RED, outline=DARK, width=4)
    pen.rectangle((275, 355, 685, 575), fill="#d9dde0")
    for left in (330, 500):
        pen.rounded_rectangle((left, 400, left + 90, 570), 26, fill=RED)
        pen.rectangle((left + 30, 375, left + 60, 402), fill=DARK)
        pen.line((left + 45, 378, left + 112, 430), fill=DARK, width=9)
        pen.ellipse((left + 22, 425, left + 68, 471), fill="white", outline=DARK, width=3)
        needle = (left + 52, 433) if mended else (left + 28, 456)
        pen.line((left + 45, 448, *needle), fill=GREEN if mended else RED, width=6)
    pen.rectangle((380, 250, 580, 305), fill=GREEN if mended else "#c9c3b4")


def _stairs(pen: Pen, mended: bool) -> None:
    for step in range(9):
        near = 700 - step * 48
        pen.polygon(
            [
                (180 + step * 28, near),
                (780 - step * 28, near),
                (760 - step * 28, near - 30),
                (200 + step * 28, near - 30),
            ],
            fill=(150 + step * 6,) * 3,
        )
        pen.line((180 + step * 28, near, 780 - step * 28, near), fill=YELLOW, width=5)
    pen.line((150, 560, 400, 170), fill=STEEL, width=16)
    pen.line((810, 560, 560, 170), fill=STEEL, width=16)
    for left in (300, 600):
        glow = "#fff7cf" if mended else "#57534c"
        pen.rounded_rectangle((left - 60, 90, left + 60, 130), 10, fill=glow, outline=DARK, width=4)
    if mended:
        pen.polygon([(240, 132), (360, 132), (420, 300), (180, 300)], fill="#e9e2c4")


def _gate(pen: Pen, mended: bool) -> None:
    pen.rectangle((0, 0, WIDTH, 330), fill="#b9cbd9")
    pen.rectangle((60, 170, 170, 600), fill="#8c4a36")
    pen.rectangle((790, 170, 900, 600), fill="#8c4a36")
    for left in range(180, 780, 40):
        pen.line((left, 250, left, 560), fill=STEEL, width=8)
    pen.line((170, 260, 790, 260), fill=STEEL, width=12)
    pen.line((170, 420, 790, 420), fill=STEEL, width=12)
    for number, left in enumerate((210, 330, 450, 570, 690)):
        if mended or number not in {1, 3}:
            pen.rounded_rectangle((left, 520, left + 56, 670), 20, fill=YELLOW)
            pen.rectangle((left, 560, left + 56, 590), fill=DARK)
        else:
            pen.ellipse((left, 640, left + 56, 668), fill=DARK)


def _socket(pen: Pen, mended: bool) -> None:
    panel = [(390, 250), (590, 250), (590, 450), (390, 450)]
    if not mended:
        pen.polygon([(400, 262), (600, 250), (600, 460), (400, 462)], fill=DARK)
        panel = [(360, 285), (552, 240), (598, 432), (406, 478)]
        pen.line((560, 250, 640, 210), fill=RED, width=7)
        pen.line((575, 300, 660, 290), fill="#3b6ea8", width=7)
    pen.polygon(panel, fill="#f4f3ee", outline=STEEL, width=4)
    across, down = (sum(corner[axis] for corner in panel) // 4 for axis in (0, 1))
    for shift in (-46, 46):
        pen.line((across + shift, down - 18, across + shift, down + 18), fill=DARK, width=11)
    pen.line((across, down + 40, across, down + 62), fill=DARK, width=11)


def _samples(pen: Pen, mended: bool) -> None:
    pen.rectangle((140, 130, 820, 640), fill="#dfe6ea", outline=STEEL, width=10)
    for number, shelf in enumerate((300, 460, 620)):
        pen.line((150, shelf, 810, shelf), fill=STEEL, width=10)
        for left in range(190, 760, 150):
            pen.rounded_rectangle((left, shelf - 95, left + 120, shelf - 6), 14, fill="#f7f7f4")
            pen.rectangle((left, shelf - 95, left + 120, shelf - 75), fill="#7fa8c9")
            pen.rectangle((left + 22, shelf - 62, left + 98, shelf - 22), fill="white")
            if mended or number != 1:
                pen.line((left + 30, shelf - 50, left + 88, shelf - 50), fill=DARK, width=4)
                pen.line((left + 30, shelf - 36, left + 76, shelf - 36), fill=DARK, width=4)


def _stove(pen: Pen, mended: bool) -> None:
    pen.rounded_rectangle((360, 390, 600, 660), 26, fill="#3c3a38")
    pen.rectangle((420, 540, 540, 610), fill="#d9722b")
    pen.line((480, 395, 480, 170), fill="#55514d", width=52)
    pen.line((480, 190, 960, 150), fill="#55514d", width=52)
    if mended:
        pen.ellipse((190, 130, 300, 240), fill="white", outline=STEEL, width=5)
        pen.ellipse((236, 176, 254, 194), fill=GREEN)
    else:
        pen.ellipse((232, 172, 250, 190), fill=DARK)
        pen.ellipse((262, 172, 276, 186), fill=DARK)


def _fence(pen: Pen, mended: bool) -> None:
    pen.rectangle((0, 0, WIDTH, 300), fill="#c3cfd6")
    for number, left in enumerate(range(20, 940, 150)):
        if mended or number != 3:  # noqa: PLR2004 - the board in the middle
            pen.rectangle((left, 200, left + 142, 610), fill="#3f6f9e", outline="#2b4d70", width=5)
            pen.rectangle((left, 560, left + 142, 610), fill=YELLOW)
        else:
            pen.rectangle((left, 560, left + 142, 640), fill="#9b8f7d")
            pen.line((left + 8, 470, left + 136, 500), fill=RED, width=7)


def _wall(pen: Pen, mended: bool) -> None:
    for row in range(14):
        for left in range(-60 if row % 2 else 0, WIDTH, 120):
            box = (left + 3, row * 40 + 3, left + 117, row * 40 + 37)
            pen.rectangle(box, fill=(168 - row, 104, 84))
    if mended:
        pen.polygon([(400, 60), (560, 40), (600, 520), (430, 530)], fill="#c9c2b3")
    else:
        crack = [(470, 0), (500, 90), (455, 190), (520, 290), (480, 380), (540, 470), (515, 560)]
        pen.line(crack, fill="#1f1a17", width=15, joint="curve")
        pen.line([(520, 290), (600, 350), (620, 430)], fill="#1f1a17", width=7, joint="curve")


SCENES: dict[str, Drawing] = {
    "fire": _extinguishers,
    "stairs": _stairs,
    "gate": _gate,
    "electricity": _socket,
    "canteen": _samples,
    "heating": _stove,
    "construction": _fence,
}
