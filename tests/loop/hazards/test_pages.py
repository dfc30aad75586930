"""The pages: seen by who may, done by who may, told why not; whole without JavaScript."""

import io
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localtime
from PIL import Image

from anxiao.foundation.files.services import store_upload
from anxiao.foundation.places.models import Place
from anxiao.loop.hazards import services
from anxiao.loop.hazards.forms import seen as seen_of
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.states import HAZARD_FLOW
from anxiao.loop.hazards.views.step_table import STEP_PAGES
from tests.builders import AT, TODAY, make_user, sign_in
from tests.loop.hazards.world import CANARY, DUE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    """Pages read the clock: it stands at ``AT``."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def as_(world, client):
    def as_(name):
        return sign_in(client, world.users[name])

    return as_


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


def test_a_hazard_is_entered_with_a_photo_and_only_once(as_):
    client = as_("officer")
    assert "camera" in client.get("/hazards/open").content.decode()
    form = opening()
    first = client.post("/hazards/open", {**form, "photos": camera()})
    again = client.post("/hazards/open", {**form, "photos": camera()})
    hazard = Hazard.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"/hazards/{hazard.pk}"
    assert hazard.photos.count() == 1
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    assert "已登记，台账编号 2026-0001。" in page


def test_a_failed_save_keeps_words_and_photos(as_):
    client = as_("officer")
    form = opening(category="", description="消火栓无水无压")
    answer = client.post("/hazards/open", {**form, "photos": camera()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "消火栓无水无压" in page
    assert "已收到 1 张照片" in page
    kept = re.search(r'name="kept" value="([0-9a-f-]{36})"', page)[1]
    client.post("/hazards/open", {**form, "category": "fire", "kept": [kept]})
    assert Hazard.objects.get().photos.count() == 1


def test_anothers_photo_is_not_taken_along(world, as_):
    theirs = world.photo("stranger", org=world.neighbour)
    as_("officer").post("/hazards/open", opening(kept=[str(theirs.uuid), "no-uuid"]))
    assert Hazard.objects.get().photos.count() == 0


def test_a_file_that_is_no_photo_is_refused_at_its_field(as_):
    bad = SimpleUploadedFile("IMG.jpg", b"MZ not a picture", content_type="image/jpeg")
    answer = as_("officer").post("/hazards/open", {**opening(), "photos": bad})
    assert answer.status_code == 422
    assert "不支持这种文件" in answer.content.decode()
    assert not Hazard.objects.exists()


def test_the_service_speaks_at_the_field(as_):
    answer = as_("officer").post("/hazards/open", opening(level="major"))
    assert answer.status_code == 422
    assert "请选择判定情形，或写明判定理由" in answer.content.decode()


def test_a_place_is_asked_for_at_the_field_that_is_shown(world, as_):
    answer = as_("officer").post("/hazards/open", opening(place_text=" "))
    assert "id_place_text_error" in answer.content.decode()
    place = Place.objects.create(
        org=world.school, kind="building", name="一号楼", full_name="一号楼"
    )
    answer = as_("officer").post("/hazards/open", opening(place_text=""))
    assert "id_spot_error" in answer.content.decode()
    spot = f"place:{place.pk}"
    as_("officer").post("/hazards/open", opening(place_text="东侧", spot=spot))
    hazard = Hazard.objects.get()
    assert (hazard.place, hazard.place_text) == (place, "一号楼 东侧")


def test_who_looks_after_many_units_chooses_one(world, as_):
    client = as_("clerk")
    page = client.get("/hazards/open").content.decode()
    assert world.school.name in page
    assert client.get(f"/hazards/open?org={world.school.pk}").status_code == 200
    client.post(f"/hazards/open?org={world.school.pk}", opening(source="superior"))
    assert Hazard.objects.get().source == "superior"
    assert as_("principal").get(f"/hazards/open?org={world.neighbour.pk}").status_code == 404


def test_the_whole_road_on_pages(world, as_):
    as_("officer").post("/hazards/open", {**opening(), "photos": camera("red")})
    hazard = Hazard.objects.get()
    client = as_("principal")
    given = {
        "responsible": str(world.users["maintainer"].pk),
        "responsible_unit": "石门镇第一小学",
        "measure": "换阀门",
        "funds": "1200",
        "due_on": DUE.isoformat(),
    }
    assert take(client, "assign", hazard, **given).status_code == 302
    client = as_("maintainer")
    refused = take(client, "submit", hazard, result="已换", photos=camera("red"))
    assert "与整改前相同" in refused.content.decode()
    assert take(client, "submit", hazard, result="已换", photos=camera("blue")).status_code == 302
    client = as_("principal")
    assert take(client, "reject", hazard, reason="仍漏水").status_code == 302
    client = as_("maintainer")
    assert take(client, "submit", hazard, result="已修", photos=camera("green")).status_code == 302
    client = as_("principal")
    assert take(client, "close", hazard, opinion="水压正常").status_code == 302
    page = client.get(f"/hazards/{hazard.pk}").content.decode()
    for words in ("已销号", "水压正常", "1,200 元", "退回", "整改前", "整改后"):
        assert words in page


def test_photos_of_a_returned_round_are_told_from_the_new_ones(world, as_):
    hazard = world.in_state("assigned")
    for hours, colour in ((1, "blue"), (3, "green")):
        with time_machine.travel(AT + timedelta(hours=hours), tick=False):
            take(as_("maintainer"), "submit", hazard, result="已换", photos=camera(colour))
        if colour == "blue":
            with time_machine.travel(AT + timedelta(hours=2), tick=False):
                take(as_("principal"), "reject", hazard, reason="仍漏水")
    first, second = (
        localtime(AT + timedelta(hours=hours)).strftime("11月23日（周一）%H:%M") for hours in (1, 3)
    )
    for url in (f"/hazards/{hazard.pk}", f"/hazards/{hazard.pk}/closing"):
        shown = as_("principal").get(url).content.decode()
        captions = [each for each in re.findall(r"<small>(.*?)</small>", shown) if "周一" in each]
        assert captions[:2] == [f"{first} 已退回", second]


def test_who_can_verify_is_not_pressed_to_hand_in_for_another(world, as_):
    hazard = world.in_state("assigned")
    client = as_("principal")
    page = client.get(f"/hazards/{hazard.pk}")
    assert page.context["primary"] is None
    assert "等孙师傅整改并提交复查" in page.content.decode()
    assert f"/hazards/{hazard.pk}/submit" in [each["url"] for each in page.context["others"]]
    own = as_("maintainer").get(f"/hazards/{hazard.pk}")
    assert own.context["primary"].name == "submit"
    assert "等孙师傅整改" not in own.content.decode()


def test_what_was_decided_is_said(world, as_):
    hazard = world.open()
    given = {
        "responsible": str(world.users["maintainer"].pk),
        **{"responsible_unit": "石门镇第一小学", "measure": "换阀门", "funds": "0"},
        "due_on": DUE.isoformat(),
    }

    def told(name, step, **given):
        client = as_(name)
        assert take(client, step, hazard, **given).status_code == 302
        return [str(each) for each in get_messages(client.get("/").wsgi_request)]

    assert told("officer", "assign", **given) == ["已指派给孙师傅。"]
    hazard.refresh_from_db()
    world.request_extension(hazard)
    told_no = told("principal", "decide_extension", approve="no", answer="不缺货")
    assert told_no == ["未同意延期，整改期限仍为11月30日。"]
    world.request_extension(hazard)
    assert told("principal", "decide_extension", approve="yes") == [
        "已同意延期，整改期限改为12月7日。"
    ]
    hazard.refresh_from_db()
    world.request_end(hazard)
    assert told("principal", "decide_end", approve="no", answer="仍在") == [
        "未同意作废，这项隐患继续办理。"
    ]
    hazard.refresh_from_db()
    world.submit(hazard)
    assert told("principal", "reject", reason="仍漏水") == ["已退回孙师傅继续整改。"]


def test_who_may_be_asked_stands_beside_the_unit_and_no_administrator(world, as_):
    make_user("三员", (world.town, "system_admin"), (world.school, "security_admin"))
    hazard = world.in_state("assigned")
    alone = as_("principal").get(f"/hazards/{hazard.pk}/reassign").content.decode()
    assert "三员" not in alone
    assert "（石门镇第一小学 " not in alone
    hazard = world.in_state("accepted")
    page = as_("clerk").get(f"/hazards/{hazard.pk}/assign")
    shown = page.content.decode()
    assert "三员" not in shown
    assert "周安（石门镇教委 " in shown
    assert "孙师傅（石门镇第一小学 " in shown
    assert page.context["form"]["responsible_unit"].value() == "石门镇教委"
    assert shown.index('data-shown-when="responsible=other"') < shown.index("其他责任人姓名")


def test_each_missing_commitment_stands_at_its_field(world, as_):
    hazard = world.open()
    answer = take(as_("principal"), "assign", hazard, responsible="other", due_on="2026-11-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "请填写责任人姓名",
        "请填写整改措施",
        "请填写整改资金（元）",
        "整改期限不能早于今天，请改为11月23日或以后。",
    ):
        assert words in page


def test_all_that_is_wrong_with_a_new_one_is_said_at_once(as_):
    body = opening(description="", level="major", found_on="2026-11-20", due_on="2026-11-01")
    page = as_("officer").post("/hazards/open", body).content.decode()
    assert wrong(page) == {"description", "criterion", "late_reason", "due_on"}


@pytest.mark.parametrize(
    ("state", "name", "step", "given", "fields"),
    [
        (
            "assigned",
            "maintainer",
            "request_extension",
            {"new_due_on": DUE.isoformat()},
            {"new_due_on", "reason"},
        ),
        (
            "open",
            "principal",
            "renew_interim",
            {"interim_until": "2026-11-01"},
            {"interim_until", "interim_measure"},
        ),
        (
            "assigned",
            "principal",
            "grade",
            {"level": "major", "reason": "危" * 201, "interim_measure": "封" * 301},
            {"reason", "interim_measure"},
        ),
        ("open", "principal", "request_end", {"kind": "merge"}, {"into", "reason"}),
        ("assigned", "maintainer", "submit", {}, {"result", "photos"}),
    ],
)
def test_all_that_is_wrong_with_a_step_is_said_at_once(
    world, as_, state, name, step, given, fields
):
    hazard = world.in_state(state)
    answer = take(as_(name), step, hazard, **given)
    assert (answer.status_code, wrong(answer.content.decode())) == (422, fields)


def test_a_form_made_for_old_news_is_told_so(world, as_):
    hazard = world.in_state("submitted")
    client = as_("principal")
    url = reverse("hazards:close", args=[hazard.pk])
    old = seen(client, url)
    world.reject(hazard, actor=world.officer)
    world.submit(hazard, at=AT + timedelta(minutes=5))
    answer = client.post(url, {"seen": old, "opinion": "可以"})
    assert answer.status_code == 409
    hazard.refresh_from_db()
    assert hazard.state == "submitted"


def test_a_step_that_is_not_possible_says_why(world, as_):
    hazard = world.open()
    world.assign(hazard)
    world.submit(hazard, actor=world.principal)
    client = as_("principal")
    answer = client.get(reverse("hazards:close", args=[hazard.pk]), follow=True)
    assert "不能复查自己提交的整改，请由他人复查。" in answer.content.decode()
    answer = client.get(reverse("hazards:assign", args=[hazard.pk]), follow=True)
    assert "现在不能指派" in answer.content.decode()


def test_posting_without_the_right_is_refused(world, as_):
    hazard = world.open(source="superior", actor=world.clerk)
    world.assign(hazard)
    world.submit(hazard)
    url = reverse("hazards:close", args=[hazard.pk])
    hazard.refresh_from_db()
    answer = as_("principal").post(url, {"seen": seen_of(hazard), "opinion": "可以"})
    assert answer.status_code == 403
    hazard.refresh_from_db()
    assert hazard.state == "submitted"


def test_requests_are_answered_on_pages(world, as_):
    hazard, twin = world.open(), world.open()
    world.assign(hazard)
    take(as_("maintainer"), "request_extension", hazard, new_due_on="2026-12-20", reason="采购")
    client = as_("principal")
    assert "申请延期至" in client.get(f"/hazards/{hazard.pk}").content.decode()
    assert take(client, "decide_extension", hazard, approve="yes").status_code == 302
    wrong = take(client, "request_end", hazard, kind="merge", into="2026-9999", reason="重复")
    assert "没有找到这个编号" in wrong.content.decode()
    take(client, "request_end", hazard, kind="merge", into=twin.number, reason="重复")
    take(as_("officer"), "decide_end", hazard, approve="yes", answer="确属重复")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.merged_into) == ("merged", twin)


@pytest.mark.parametrize(
    ("name", "step", "given"),
    [
        ("principal", "report_up", {"reason": "缺资金", "interim_measure": "封闭"}),
        ("principal", "beyond_means", {"reason": "缺资金"}),
        ("principal", "grade", {"level": "major", "reason": "危及宿舍"}),
        ("bureau", "supervise", {"reason": "限期整改"}),
    ],
)
def test_other_steps_are_taken_on_pages(world, as_, name, step, given):
    hazard = world.open()
    assert take(as_(name), step, hazard, **given).status_code == 302


def test_the_upper_level_answers_on_a_page(world, as_):
    for step, state in (("accept_up", "accepted"), ("send_back", "open")):
        hazard = world.in_state("reported")
        assert take(as_("clerk"), step, hazard, answer="已研究").status_code == 302
        assert Hazard.objects.get(pk=hazard.pk).state == state


def test_comments_are_kept(world, as_):
    hazard = world.open()
    client = as_("clerk")
    client.post(reverse("hazards:comment", args=[hazard.pk]), {"text": "已联系厂家"})
    assert "已联系厂家" in client.get(f"/hazards/{hazard.pk}").content.decode()


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
