"""What pages of a hazard say is true: labels, hints, sheets, and what is kept of a refused form."""

import re

import pytest
import time_machine
from django.conf import settings

from anxiao.foundation.places.models import Place
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.services.telling import named
from tests.builders import AT, sign_in
from tests.loop.hazards.pages import camera, opening, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    """Pages read the clock: it stands at ``AT``."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def as_(world, client):
    return lambda name: sign_in(client, world.users[name])


def test_no_notice_orders_without_measure_and_deadline(world, as_):
    hazard = world.open()
    client, url = as_("principal"), f"/hazards/{hazard.pk}"
    why = "还没有整改期限、整改措施，不能下达整改通知书；请先指派整改，再打印。"
    answer = client.get(f"{url}/notice")
    assert (answer.status_code, answer["Location"]) == (302, url)
    page = client.get(url).content.decode()
    assert page.count(why) == 2, "once as the answer, once beside the sheet's name"
    assert f'href="{url}/notice"' not in page
    world.assign(hazard)
    page = client.get(url).content.decode()
    assert f'href="{url}/notice"' in page
    assert "不能下达整改通知书" not in page
    assert client.get(f"{url}/notice").status_code == 200


def optional_fields(page):
    """Labels that say 选填."""
    return re.findall(r">([^<>]+?) <span class=\"ax-optional\">", page)


def test_what_may_be_refused_when_empty_is_not_called_optional(world, as_):
    Place.objects.create(org=world.school, kind="building", name="一号楼", full_name="一号楼")
    page = as_("officer").get("/hazards/open").content.decode()
    assert "两项至少填一项" in page
    assert optional_fields(page) == [
        *("整改前照片", "临时防范措施", "整改责任单位", "责任人", "整改时限", "原因", "依据")
    ]
    hazard = world.in_state("assigned")
    page = as_("maintainer").get(f"/hazards/{hazard.pk}/submit").content.decode()
    assert "两项至少填一项" in page
    assert optional_fields(page) == []
    page = as_("principal").get(f"/hazards/{hazard.pk}/request_end").content.decode()
    assert optional_fields(page) == []
    world.request_extension(hazard)
    page = as_("principal").get(f"/hazards/{hazard.pk}/decide_extension").content.decode()
    assert optional_fields(page) == []


def test_a_refused_picture_is_not_kept(world, as_):
    as_("officer").post("/hazards/open", {**opening(), "photos": camera("red")})
    hazard = Hazard.objects.get()
    world.assign(hazard)
    both = [camera("red"), camera("blue")]
    page = take(as_("maintainer"), "submit", hazard, photos=both).content.decode()
    assert "与整改前相同" in page
    assert "请填写整改结果" in page
    assert "已收到 1 张照片，不用再选" in page
    page = take(as_("maintainer"), "submit", hazard, result="已换", photos=camera("red"))
    assert "与整改前相同" in page.content.decode()
    assert "不用再选" not in page.content.decode()


def test_an_opinion_is_called_what_it_is(world, as_):
    hazard = world.in_state("submitted")
    world.reject(hazard)
    world.submit(hazard)
    client = as_("principal")
    page = client.get(f"/hazards/{hazard.pk}/close").content.decode()
    assert "<dt>上次复查意见</dt>" in page
    assert "<dt>复查意见</dt>" not in page
    sheet = client.get(f"/hazards/{hazard.pk}/closing").content.decode()
    assert '<th scope="row">复查意见</th><td colspan="3"></td>' in sheet
    world.close(hazard)
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    assert "<dt>复查意见</dt>" in page
    assert "上次复查意见" not in page


def test_a_sentence_about_a_hazard_goes_on_after_its_words(world):
    hazard = world.open(description="灭火器过期，不符合要求。", place_text="西门")
    assert named(hazard) == "石门镇第一小学 西门：灭火器过期，不符合要求"


def test_steps_are_read_in_english(world, as_):
    hazard = world.open()
    client = as_("principal")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    steps = re.findall(r'<a class="btn[^"]*" href="/hazards/\d+/(\w+)">([^<]+)</a>', main)
    assert dict(steps)["assign"] == "Assign"
    assert not re.search(r"[\u4e00-\u9fff]", "".join(label for _name, label in steps))
    hindrances = re.search(r'<details class="ax-more">(.*?)</details>', main, re.S)[1]
    assert not re.search(r"[\u4e00-\u9fff]", hindrances)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert ">指派</a>" in client.get(f"/hazards/{hazard.pk}").content.decode()


def test_the_ledger_does_not_claim_an_order_it_has_not(world, as_):
    """Numbers repeat across units: newest first is not by number, and the unit stands beside it."""
    first = world.open(description="甲处")
    world.open(description="乙处")
    world.open(org=world.neighbour, actor=world.stranger, description="丙处")
    client = as_("bureau")
    page = client.get("/registers/hazards/").content.decode()
    assert 'aria-sort="' not in page
    assert page.index("丙处") < page.index("乙处") < page.index("甲处")
    heads = re.search(r"<thead>(.*?)</thead>", page, re.S)[1]
    assert heads.index("台账编号") < heads.index("单位") < heads.index("状态")
    page = client.get("/registers/hazards/?sort=number").content.decode()
    assert page.count('aria-sort="ascending"') == 1
    assert page.index("甲处") < page.index("乙处")
    assert page.index("丙处") < page.index("乙处"), f"another unit's {first.number}"
