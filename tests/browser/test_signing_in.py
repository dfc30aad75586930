"""The door: the sign-in page of the demo lists its accounts, and one click lets somebody in."""

from playwright.sync_api import expect

PERSON = "county_safety.yh"


def test_one_click_signs_in_on_a_phone(page, sign_in, accounts):
    sign_in(page, PERSON)
    page.goto("/account/")
    expect(page.get_by_text(accounts[PERSON]["name"]).first).to_be_attached()


def test_one_click_signs_in_at_a_desk(desk, sign_in, accounts):
    sign_in(desk, PERSON)
    desk.goto("/account/")
    expect(desk.get_by_text(accounts[PERSON]["name"]).first).to_be_visible()


def test_a_wrong_password_is_told_on_the_page(page):
    page.goto("/account/sign-in")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_label("用户名").fill(PERSON)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("用户名或密码不对").first).to_be_visible()
