"""What a person has typed survives a refused save, a lost line and an expired sign-in."""

import re

import pytest
from playwright.sync_api import expect

OFFICER = "safety_officer.yhx001"
WORDS = "西侧楼梯扶手松动，约两米。"


@pytest.fixture
def form(page, sign_in):
    sign_in(page, OFFICER)
    page.goto("/hazards/open")
    page.get_by_label("隐患情况").fill(WORDS)
    return page


def test_a_refused_save_keeps_every_character(form):
    form.get_by_role("button", name="登记").click()
    expect(form.get_by_role("alert")).to_contain_text("隐患类别")
    expect(form.get_by_label("隐患情况")).to_have_value(WORDS)


def test_an_expired_sign_in_keeps_every_character(form, sign_in):
    form.context.clear_cookies(name=re.compile("session"))
    form.get_by_role("button", name="登记").click()
    expect(form.get_by_role("heading", name="登录", exact=True)).to_be_visible()
    sign_in(form, OFFICER)
    form.goto("/hazards/open")
    expect(form.get_by_label("隐患情况")).to_have_value(WORDS)
    expect(form.locator("#messages")).to_contain_text("已放回上次没有保存成的内容")


def test_a_lost_line_is_told_and_keeps_every_character(form):
    expect(form.locator("#offline-note")).to_be_hidden()
    form.context.set_offline(True)
    expect(form.locator("#offline-note")).to_be_visible()
    form.context.set_offline(False)
    expect(form.locator("#offline-note")).to_be_hidden()
    form.reload()
    expect(form.get_by_label("隐患情况")).to_have_value(WORDS)


def test_a_saved_form_and_a_sign_out_leave_nothing_behind(form, sign_in):
    form.get_by_label("隐患类别").select_option(index=1)
    form.get_by_label("具体位置").fill("教学楼西侧")
    form.get_by_role("button", name="登记").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待指派")
    form.goto("/hazards/open")
    expect(form.get_by_label("隐患情况")).to_have_value("")
    form.get_by_label("隐患情况").fill(WORDS)
    form.goto("/account/")
    form.get_by_role("button", name="退出登录").click()
    sign_in(form, OFFICER)
    form.goto("/hazards/open")
    expect(form.get_by_label("隐患情况")).to_have_value("")


def test_what_one_tap_answered_survives_a_reload(page, sign_in):
    sign_in(page, OFFICER)
    page.goto("/inspections/")
    page.get_by_role("link", name="门卫安保检查表").click()
    items = page.locator("[data-item]")
    items.first.locator("input[value=fail]").check()
    page.get_by_role("button", name="其余各项都合格").click()
    page.reload()
    expect(items.first.locator("input[value=fail]")).to_be_checked()
    expect(page.locator("[data-item] input[value=pass]:checked")).to_have_count(items.count() - 1)
