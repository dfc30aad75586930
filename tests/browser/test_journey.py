"""The whole loop, as people do it: from the bureau's notice to the hazard that is struck off."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.scenes import choose_officer, photo, today

CLERK, OFFICER, PRINCIPAL = "county_safety.yh", "safety_officer.yhx001", "principal.yhx001"
HEAD_OF_OTHER = "principal.yhx025"
PAPER = {"width": 718, "height": 1047}
"""A4 inside its margins, in the pixels of a browser."""
TITLE, DUTY = "楼道夜间照明专项检查通知", "楼道夜间照明专项检查"
PLAN = """
[plan]
code = "LIGHTS"
title = "{title}"
number = "云教体安字〔2026〕99号"
issuer = "云河区教育和体育局"
from_on = {first}
to_on = {last}

[[evidence_kind]]
code = "inspection.stairs"
label = "楼道楼梯照明检查"

[[clause]]
code = "9.a"
chapter = "一、专项检查"
section = ""
title = "夜间照明"
demand = "每天检查楼道夜间照明。"
kind = "duty"

[[clause.duty]]
code = "9.a-1"
title = "{duty}"
owner = "safety_officer"
applies_to = {{}}
cadence = "daily"
times = 1
grace_days = 0
in_holidays = true
evidence = ["inspection.stairs"]
minutes = 12
weight = 4
room = "inspections"
how = "逐层逐梯走。"
basis = "本通知"
confirm = false
"""


@pytest.fixture
def phones(open_page, sign_in):
    """``phones(username)``: a person's own phone, signed in once."""
    kept = {}

    def of(username):
        if username not in kept:
            kept[username] = sign_in(open_page(PHONE), username)
        return kept[username]

    return of


def test_from_the_notice_to_the_hazard_struck_off(open_page, sign_in, phones):
    clerk = sign_in(open_page(DESK), CLERK)
    publish_plan(clerk)
    officer, principal = phones(OFFICER), phones(PRINCIPAL)

    hazard = inspect(officer)
    assign(principal, hazard)
    rectify(officer, hazard, "更换应急灯一盏。", "green")
    reject(principal, hazard, "还有一盏不亮。")
    rectify(officer, hazard, "两盏都已更换，夜间试过。", "blue")
    expect(officer.get_by_role("link", name="销号", exact=True)).to_have_count(0)
    close(principal, hazard)

    principal.goto(hazard)
    expect(principal.get_by_role("heading", level=1)).to_contain_text("已销号")
    told = principal.locator(".ax-steps > li .ax-step-head b").all_inner_texts()
    assert told == ["销号", "提交复查", "退回", "提交复查", "指派", "登记"]
    check_sheets(principal, hazard)
    check_board(clerk, hazard)


def publish_plan(clerk):
    clerk.goto("/duties/plans/")
    clerk.get_by_role("link", name="导入方案").click()
    text = PLAN.format(title=TITLE, duty=DUTY, first=today(), last=today() + timedelta(days=30))
    file = {"name": "方案.toml", "mimeType": "text/plain", "buffer": text.encode()}
    clerk.get_by_label("方案文件").set_input_files(file)
    clerk.get_by_role("button", name="导入为草稿").click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("草稿")
    clerk.get_by_role("link", name="预览并发布").click()
    expect(clerk.get_by_role("heading", level=1)).to_have_text("发布后 28 个单位将履行 1 项职责")
    clerk.get_by_role("button", name="发布方案").click()
    clerk.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("已发布")


def inspect(officer):
    """Do what today asks; one item fails, with a photo. Address of the hazard that it opened."""
    officer.goto("/")
    officer.get_by_role("link", name=DUTY).click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("楼道楼梯")
    items = officer.locator("[data-item]")
    expect(officer.get_by_role("button", name="已查 0")).to_be_visible()  # the page is whole
    for number in range(items.count()):
        items.nth(number).get_by_text("合格", exact=True).click()
    failed = items.nth(3)
    failed.get_by_text("不合格", exact=True).click()
    failed.get_by_role("textbox").fill("东侧楼梯应急灯两盏不亮。")
    failed.locator("input[type=file][capture]").set_input_files(photo("red"))
    expect(failed.locator("[data-kept] img")).to_have_count(1)
    expect(officer.locator("[data-done]")).to_have_text(str(items.count()))
    officer.get_by_role("button", name="提交检查").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("已登记 1 项隐患")
    opened = officer.get_by_role("main").get_by_role("link", name="东侧楼梯应急灯两盏不亮")
    address = re.search(r"/hazards/\d+", opened.get_attribute("href"))[0]
    officer.goto(address)
    expect(officer.locator(".ax-photos img")).to_have_count(1)
    officer.goto("/")
    expect(officer.get_by_role("link", name=DUTY)).to_have_count(0)
    return address


def assign(principal, hazard):
    principal.goto(hazard)
    principal.get_by_role("link", name="指派", exact=True).click()
    choose_officer(principal)
    principal.get_by_label("整改措施").fill("更换两盏应急灯，夜间试亮。")
    principal.get_by_label("整改资金（元）").fill("260")
    principal.get_by_label("整改期限").fill((today() + timedelta(days=3)).isoformat())
    principal.get_by_label("应急预案").fill("停电时由值班教师持手电引导。")
    principal.get_by_label("临时防范措施").fill("在台阶边缘贴反光条。")
    principal.get_by_role("button", name="指派").click()
    expect(principal.get_by_role("heading", level=1)).to_contain_text("整改中")
    expect(principal.get_by_text("更换两盏应急灯，夜间试亮。").first).to_be_visible()


def rectify(officer, hazard, result, colour):
    officer.goto(hazard)
    officer.get_by_role("link", name="提交复查", exact=True).click()
    officer.locator("input[type=file][capture]").set_input_files(photo(colour))
    officer.get_by_label("整改结果").fill(result)
    officer.get_by_role("button", name="提交复查").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("待复查")


def reject(principal, hazard, reason):
    principal.goto(f"{hazard}/reject")
    principal.get_by_label("退回理由").fill(reason)
    principal.get_by_role("button", name="退回").click()
    expect(principal.get_by_role("heading", level=1)).to_contain_text("整改中")


def close(principal, hazard):
    principal.goto(hazard)
    principal.get_by_role("link", name="销号", exact=True).click()
    principal.get_by_label("复查意见").fill("夜间现场试亮，两盏正常。")
    principal.get_by_role("button", name="销号").click()
    expect(principal.get_by_role("heading", level=1)).to_contain_text("已销号")


def check_sheets(principal, hazard):
    """The two papers carry what was entered, and fit a sheet of A4 in width."""
    for name, words in (
        (
            "notice",
            ("安全隐患整改通知书", "东侧楼梯应急灯两盏不亮。", "更换两盏应急灯，夜间试亮。"),
        ),
        (
            "closing",
            ("安全隐患整改销号登记表", "两盏都已更换，夜间试过。", "夜间现场试亮，两盏正常。"),
        ),
    ):
        principal.goto(f"{hazard}/{name}")
        principal.emulate_media(media="print")
        principal.set_viewport_size(PAPER)
        for text in words:
            expect(principal.get_by_text(text).first).to_be_visible()
        assert principal.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(principal.locator("img.qr")).to_be_visible()
        principal.emulate_media(media="screen")
        principal.set_viewport_size(PHONE)


def check_board(clerk, hazard):
    clerk.goto("/board/")
    clerk.locator(".ax-head-filters").get_by_role("link", name=TITLE).click()
    expect(clerk.locator(".ax-matrix thead")).to_contain_text("9.a")
    clerk.wait_for_load_state()
    heads = clerk.locator(".ax-matrix thead th").all_inner_texts()
    column = next(number for number, head in enumerate(heads) if head.startswith("9.a"))
    school = clerk.get_by_role("link", name="云桥街道", exact=True)
    school.click()
    line = clerk.locator(".ax-matrix tbody tr").filter(has_text="云桥第二小学")
    expect(line.locator("td").nth(column - 1)).to_contain_text("1/1")
    clerk.goto("/registers/hazards/?q=应急灯两盏不亮&state=closed")
    row = clerk.locator(".ax-table tbody tr").filter(has_text="东侧楼梯应急灯两盏不亮。")
    expect(row.locator(f"a[href='{hazard}']").first).to_be_visible()
    expect(row).to_contain_text("已销号")


def test_a_major_hazard_is_not_assigned_without_its_four(phones):
    head = phones(HEAD_OF_OTHER)
    open_major(head)
    head.get_by_role("link", name="指派", exact=True).click()
    head.get_by_label("整改责任单位").fill("")
    head.get_by_label("整改期限").fill("")
    head.get_by_label("整改措施").fill("清理通道，加装常开门禁。")
    head.get_by_label("整改资金（元）").fill("0")
    head.get_by_label("应急预案").fill("夜间专人值守。")
    head.get_by_role("button", name="指派").click()
    expect(head.get_by_role("alert").get_by_role("link")).to_have_count(4)
    faults = head.get_by_role("alert").get_by_role("link").all_inner_texts()
    assert sorted(faults) == sorted(["责任人", "整改责任单位", "整改期限", "临时防范措施"])
    expect(head.get_by_label("整改措施")).to_have_value("清理通道，加装常开门禁。")

    choose_officer(head)
    head.get_by_label("整改责任单位").fill("云河区第一中学")
    head.get_by_label("整改期限").fill((today() + timedelta(days=2)).isoformat())
    head.get_by_label("临时防范措施").fill("立即打开通道，专人值守。")
    head.get_by_role("button", name="指派").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("整改中")


def open_major(head):
    """A major hazard has to be known at once, with or without its four."""
    head.goto("/hazards/open")
    head.get_by_label("具体位置").fill("3 号宿舍楼")
    head.get_by_label("隐患类别").select_option(index=1)
    head.get_by_label("隐患情况").fill("疏散通道被封堵。")
    head.get_by_text("重大隐患", exact=True).first.click()
    head.get_by_role("button", name="登记").click()
    expect(head.get_by_role("alert").get_by_role("link")).to_have_text("判定情形")
    head.get_by_label("判定情形").select_option(index=1)
    head.get_by_role("button", name="登记").click()
    missing = "重大隐患，尚缺临时防范措施、责任人、整改时限"
    expect(head.get_by_role("heading", level=1)).to_have_text(missing)
