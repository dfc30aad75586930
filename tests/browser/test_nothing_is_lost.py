"""What a person has typed survives a refused save, a lost line and an expired sign-in."""

import os
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
    expect(form.get_by_text("请先登录，登录后回到刚才的页面，写好的内容会放回。")).to_be_visible()
    if shots := os.environ.get("SHOTS"):
        form.screenshot(path=f"{shots}/expired.png")
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


def test_without_a_line_nobody_leaves_the_page(form):
    """Else the browser's own error page would stand where the form was."""
    here = form.url
    form.context.set_offline(True)
    note = form.locator("#offline-note")
    expect(note).to_contain_text("连上后再保存")
    form.get_by_role("link", name="隐患台账").click()
    expect(note.get_by_text("这一页先别离开：已填内容不会丢。")).to_be_visible()
    button = form.get_by_role("button", name="登记")
    button.click()
    expect(form).to_have_url(here)
    below, above = note.bounding_box(), button.bounding_box()
    assert below["y"] + below["height"] <= above["y"]  # the note covers no button
    if shots := os.environ.get("SHOTS"):
        form.screenshot(path=f"{shots}/offline.png")
    expect(form.get_by_label("隐患情况")).to_have_value(WORDS)
    form.context.set_offline(False)
    form.get_by_role("link", name="隐患台账").click()
    expect(form).to_have_url(re.compile("/hazards/$|/registers/hazards"))


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


def test_an_item_that_is_answered_is_no_longer_wrong(page, sign_in):
    sign_in(page, OFFICER)
    page.goto("/inspections/")
    page.get_by_role("link", name="门卫安保检查表").click()
    page.get_by_role("button", name="提交检查").click()
    wrong = page.locator("[data-item].ax-field-wrong")
    told = page.locator("[data-item-error]")
    expect(wrong.first).to_be_visible()
    many = wrong.count()
    first = page.locator("[data-item]").first
    first.locator("label[data-answer=pass]").click()
    expect(wrong).to_have_count(many - 1)
    expect(first.locator("[data-item-error]")).to_have_count(0)
    page.get_by_role("button", name="其余各项都合格").click()
    expect(wrong).to_have_count(0)
    expect(told).to_have_count(0)


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
