"""What the tests of pages send and read."""

import io
import re
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image


def jpeg(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "JPEG")
    return out.getvalue()


def camera(colour="red"):
    return SimpleUploadedFile("IMG_0001.jpg", jpeg(colour), content_type="image/jpeg")


def seen(client, url):
    """The hidden values of the first form that carries ``seen``."""
    page = client.get(url).content.decode()
    return re.search(r'name="seen"[^>]*value="([^"]*)"', page)[1].replace("&#x27;", "'")


def take(client, step, hazard, **given):
    url = reverse(f"hazards:{step}", args=[hazard.pk])
    return client.post(url, {"seen": seen(client, url), **given})


def wrong(page):
    """Fields with an error beside them."""
    return set(re.findall(r'id="(?:id_)?(\w+?)_error"', page))


def opening(**given):
    return {
        "uuid": str(uuid.uuid4()),
        "place_text": "西门",
        "category": "fire",
        "description": "消火栓无水",
        "level": "ordinary",
        "source": "self_check",
        "found_on": "2026-11-23",
        "found_by_name": "程然",
        **given,
    }
