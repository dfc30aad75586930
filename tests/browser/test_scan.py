"""扫一扫: the camera sees a point's label and opens its card; a typed number does the same."""

import sqlite3
from contextlib import closing

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import FLAGS, PHONE, Watched, chromium_path

OFFICER = "safety_officer.yhx001"
NUMBER, OPEN = "检查点编号", "打开检查点"


@pytest.fixture
def code(server, data_folder):
    with closing(sqlite3.connect(data_folder / "anxiao.sqlite3")) as county:
        return county.execute("SELECT code FROM places_point ORDER BY id").fetchone()[0]


@pytest.fixture
def camera(browser, server, code, tmp_path):
    """A phone whose camera sees the label of ``code``, printed for another host."""
    label = qrcode.make(f"https://old-host.example/p/{code}").convert("RGB")
    scene = Image.new("RGB", (640, 480), "grey")
    scene.paste(label.resize((360, 360)), (140, 60))
    film = tmp_path / "camera.mjpeg"
    scene.save(film, "JPEG")
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    film_flag = f"--use-file-for-fake-video-capture={film}"
    kind = browser.browser_type
    chromium = kind.launch(executable_path=chromium_path(), args=[*FLAGS, *flags, film_flag])
    context = chromium.new_context(viewport=PHONE, base_url=server, permissions=["camera"])
    page = context.new_page()
    watched = Watched(page, server)
    yield page
    chromium.close()
    assert watched.faults == []


def test_the_camera_opens_the_card(camera, sign_in, code):
    sign_in(camera, OFFICER)
    camera.locator(".ax-bottom").get_by_role("link", name="扫一扫").click()
    expect(camera).to_have_url(f"/p/{code}")


def test_a_typed_number_opens_the_card_and_a_wrong_one_is_told(page, sign_in, code):
    sign_in(page, OFFICER)
    page.goto("/scan/")
    page.get_by_label(NUMBER).fill("NOSUCHNO")
    page.get_by_role("button", name=OPEN).click()
    told = "没有这个检查点编号，请核对标签二维码下方的编号。"
    expect(page.get_by_text(told).first).to_be_visible()
    page.get_by_label(NUMBER).fill(code.lower())
    page.get_by_role("button", name=OPEN).click()
    expect(page).to_have_url(f"/p/{code}")
