"""The main forms work in a browser that runs no scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.scenes import choose_officer, photo, today

OFFICER, PRINCIPAL = "safety_officer.yhx004", "principal.yhx004"


@pytest.fixture
def plain(browser, server, sign_in):
    """``plain(username)``: a person whose browser runs no scripts."""
    opened = []

    def of(username):
        context = browser.new_context(
            viewport=PHONE, base_url=server, locale="zh-CN", java_script_enabled=False
        )
        opened.append(context)
        return sign_in(context.new_page(), username)

    yield of
    for context in opened:
        context.close()


def test_a_hazard_goes_from_finding_to_striking_off(plain):
    officer, head = plain(OFFICER), plain(PRINCIPAL)
    officer.goto("/hazards/open")
    officer.locator("input[type=file][capture]").set_input_files(photo("brown"))
    officer.get_by_label("具体位置").fill("午睡室")
    officer.get_by_label("隐患类别").select_option(index=1)
    officer.get_by_label("隐患情况").fill("插座没有安全盖。")
    officer.get_by_role("button", name="登记").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("待指派")
    hazard = officer.url

    head.goto(f"{hazard}/assign")
    choose_officer(head)
    head.get_by_label("整改措施").fill("全部加装安全盖。")
    head.get_by_label("整改资金（元）").fill("80")
    head.get_by_label("整改期限").fill((today() + timedelta(days=2)).isoformat())
    head.get_by_role("button", name="指派").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("整改中")

    officer.goto(f"{hazard}/submit")
    officer.locator("input[type=file][capture]").set_input_files(photo("white"))
    officer.get_by_label("整改结果").fill("六个插座都已加盖。")
    officer.get_by_role("button", name="提交复查").click()
    head.goto(f"{hazard}/close")
    head.get_by_label("复查意见").fill("逐个看过。")
    head.get_by_role("button", name="销号").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("已销号")


def test_a_checklist_is_filled_in(plain):
    officer = plain(OFFICER)
    officer.goto("/inspections/")
    officer.get_by_role("link", name="门卫安保检查表").click()
    expect(officer.get_by_role("button", name="提交检查")).to_be_visible()  # the page is whole
    items = officer.locator("[data-item]")
    for number in range(items.count()):
        items.nth(number).locator("input[value=pass]").check()
    officer.get_by_role("button", name="提交检查").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("没有不合格")


def test_a_duty_is_proved_by_hand_and_a_register_is_searched(plain):
    officer = plain(OFFICER)
    officer.goto("/duties/?section=2.1")
    officer.get_by_role("main").get_by_role("link", name="2.1.a").first.click()
    officer.get_by_role("link", name="登记佐证").first.click()
    officer.get_by_label("说明").fill("班会课讲交通安全。")
    officer.get_by_role("button", name="登记佐证").click()
    expect(officer.locator("#messages, .ax-messages").first).to_contain_text("已登记")

    officer.goto("/registers/hazards/")
    officer.get_by_role("searchbox").fill("滑梯")
    officer.get_by_role("button", name="搜索").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("1 项隐患")
