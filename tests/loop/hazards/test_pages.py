"""The pages: seen by who may, the verdict first; their photos and sheets."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from anxiao.foundation.files.services import store_upload
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.states import HAZARD_FLOW
from anxiao.loop.hazards.views.step_table import STEP_PAGES
from tests.builders import AT, TODAY
from tests.loop.hazards.pages import jpeg
from tests.loop.hazards.world import CANARY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_the_list_is_the_register(as_):
    answer = as_("principal").get("/hazards/?state=open")
    assert answer.headers["Location"] == "/registers/hazards/?state=open"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("officer", 200),
        ("clerk", 200),
        ("bureau", 200),
        ("teacher", 404),
        ("stranger", 404),
        ("auditor", 403),
    ],
)
def test_who_sees_the_page(world, as_, name, status):
    hazard = world.open(description="楼道堆物")
    answer = as_(name).get(reverse("hazards:detail", args=[hazard.pk]))
    assert answer.status_code == status
    if status == 200:
        assert "楼道堆物" in answer.content.decode()


@pytest.mark.parametrize("step", sorted(STEP_PAGES))
def test_the_neighbour_gets_404_from_every_step(world, as_, step):
    hazard = world.open(org=world.neighbour, actor=world.stranger, description=CANARY)
    client = as_("principal")
    url = reverse(f"hazards:{step}", args=[hazard.pk])
    for answer in (client.get(url), client.post(url, {"seen": "open|||0"})):
        assert answer.status_code in {403, 404}
        assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "step", [step for step in HAZARD_FLOW if step.name not in {"void", "merge"}]
)
def test_every_edge_has_its_route_and_its_service(step):
    assert step.name in STEP_PAGES
    assert hasattr(services, f"{step.name}_hazard")


def test_the_first_line_is_the_verdict(world, as_):
    hazard = world.open()
    client, url = as_("principal"), reverse("hazards:detail", args=[hazard.pk])

    def verdict():
        page = client.get(url).content.decode()
        return re.sub(r"<[^>]+>", "", re.search(r"<h1>(.*?)</h1>", page, re.S)[1]).strip()

    assert verdict() == "待指派"
    world.assign(hazard, due_on=TODAY + timedelta(days=3))
    assert verdict() == "整改中，剩 3 天"
    Hazard.objects.filter(pk=hazard.pk).update(due_on=TODAY - timedelta(days=2))
    assert verdict() == "整改中，超期 2 天"
    hazard.refresh_from_db()
    world.submit(hazard)
    assert verdict() == "待复查"
    world.close(hazard)
    assert verdict() == "已销号，11月23日"


def test_a_major_one_says_what_it_lacks(world, as_):
    found = world.major(interim_measure="", due_on=None)
    hazard = services.open_hazard(found, actor=world.officer, at=AT)
    page = as_("principal").get(reverse("hazards:detail", args=[hazard.pk])).content.decode()
    assert "重大隐患，尚缺临时防范措施、整改时限" in page


def test_photos_go_to_those_who_see_the_hazard(world, as_):
    upload = store_upload(
        actor=world.officer,
        at=AT,
        org=world.school,
        uuid=uuid.uuid4(),
        name="a.jpg",
        content=jpeg(),
    )
    hazard = world.open(photos=[upload])
    photo = hazard.photos.get()
    for variant in ("full", "thumb"):
        url = reverse("hazards:photo", args=[hazard.pk, photo.pk, variant])
        answer = as_("principal").get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
        assert as_("stranger").get(url).status_code == 404
        assert as_("auditor").get(url).status_code == 403
    other = world.open()
    url = reverse("hazards:photo", args=[other.pk, photo.pk, "full"])
    assert as_("principal").get(url).status_code == 404


@pytest.mark.parametrize(("sheet", "title"), [("notice", "通知书"), ("closing", "销号登记表")])
def test_sheets_carry_number_code_and_place_for_stamps(world, as_, sheet, title):
    hazard = world.in_state("closed")
    page = as_("principal").get(reverse(f"hazards:{sheet}", args=[hazard.pk])).content.decode()
    for words in (
        hazard.number,
        hazard.org.name,
        "盖章",
        "data:image/svg+xml",
        "通知书" if sheet == "notice" else "销号登记表",
    ):
        assert words in page


def test_the_notice_is_issued_by_who_found_it(world, as_):
    hazard = world.open(source="superior", actor=world.clerk)
    world.assign(hazard)
    page = as_("clerk").get(reverse("hazards:notice", args=[hazard.pk])).content.decode()
    assert "签发单位：石门镇教委" in page
    own = world.in_state("assigned")
    page = as_("clerk").get(reverse("hazards:notice", args=[own.pk])).content.decode()
    assert "签发单位：石门镇第一小学" in page
    assert "签发单位：石门镇教委" not in page


def test_a_criterion_shows_its_source_and_doubt(world, as_):
    criterion = world.criterion(confirm=True)
    url = reverse("hazards:criterion", args=[criterion.pk])
    page = as_("bureau").get(url).content.decode()
    assert "测试依据" in page
    assert "待核实" in page
    as_("bureau").post(reverse("hazards:retire_criterion", args=[criterion.pk]))
    criterion.refresh_from_db()
    assert criterion.retired_on == TODAY
    assert (
        as_("principal").post(reverse("hazards:retire_criterion", args=[criterion.pk])).status_code
        == 403
    )


def test_what_is_typed_never_becomes_markup(world, as_):
    attack = "<script>alert(1)</script>"
    hazard = world.open(description=attack, place_text=attack)
    services.comment_hazard(hazard, text=attack, actor=world.clerk, at=AT)
    client = as_("principal")
    for name in ("detail", "notice", "closing", "assign"):
        assert (
            attack not in client.get(reverse(f"hazards:{name}", args=[hazard.pk])).content.decode()
        )
