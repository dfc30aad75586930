"""What several browser tests need: pictures as a phone takes them, and the day in Shanghai."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

TIMEZONE = ZoneInfo("Asia/Shanghai")


def today():
    """The business day."""
    return datetime.now(TIMEZONE).date()


def photo(colour, name="IMG_0001.jpg"):
    """A file chooser's payload: a small JPEG that differs by ``colour``."""
    picture = Image.effect_noise((640, 480), 40).convert("RGB")
    ImageDraw.Draw(picture).rectangle((120, 120, 520, 360), fill=colour)
    written = BytesIO()
    picture.save(written, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": written.getvalue()}


def choose_officer(page):
    """Make the safety officer the responsible person: chips where people are few, else a list."""
    page.get_by_label("整改责任单位").wait_for()
    page.wait_for_load_state()
    listed = page.get_by_label("责任人", exact=True)
    if listed.count() and listed.evaluate("field => field.tagName") == "SELECT":
        officer = listed.locator("option", has_text="安全专干").first
        listed.select_option(officer.get_attribute("value"))
    else:
        page.get_by_role("group", name="责任人").get_by_text("安全专干").click()
