"""Who comes back to a form that was saved finds the record, not a form to send once more."""

import os
import re

import pytest
from playwright.sync_api import expect

OFFICER = "safety_officer.yhx001"


def open_hazard(page):
    page.goto("/hazards/open")
    page.get_by_label("隐患情况").fill("西侧楼梯扶手松动。")
    page.get_by_label("隐患类别").select_option(index=1)
    page.get_by_label("具体位置").fill("教学楼西侧")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("待指派")


def hand_in(page):
    page.goto("/inspections/")
    page.get_by_role("link", name="门卫安保检查表").click()
    page.get_by_role("button", name="其余各项都合格").click()
    page.get_by_role("button", name="提交检查").click()
    page.wait_for_url(re.compile(r"/done"))


@pytest.mark.parametrize("save", [open_hazard, hand_in])
def test_back_shows_the_record_and_a_fresh_form_on_demand(page, sign_in, save):
    sign_in(page, OFFICER)
    save(page)
    record = page.url
    page.go_back()
    expect(page.get_by_text("这份已提交。")).to_be_visible()
    expect(page.locator("form[data-record]")).to_be_hidden()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/back-{save.__name__}.png")
    page.get_by_role("link", name="查看已提交的记录").click()
    expect(page).to_have_url(record)
    page.go_back()
    page.get_by_role("link", name="再填一份").click()
    expect(page.locator("form[data-record]")).to_be_visible()
    expect(page.get_by_text("这份已提交。")).to_be_hidden()
    expect(page.locator("form[data-record] textarea").first).to_have_value("")


def test_a_form_that_was_refused_stays(page, sign_in):
    sign_in(page, OFFICER)
    page.goto("/hazards/open")
    page.get_by_label("隐患情况").fill("西侧楼梯扶手松动。")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_contain_text("隐患类别")
    expect(page.locator("form[data-record]")).to_be_visible()
