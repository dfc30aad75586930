"""A link that is shown once is copied with one tap."""

from playwright.sync_api import expect


def test_an_invitation_is_copied(page, sign_in):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "principal.yhx001")
    page.goto("/account/people")
    page.get_by_role("link", name="邀请人员").first.click()
    page.get_by_label("岗位").first.select_option("guard")
    page.get_by_label("姓名").fill("石坚")
    page.get_by_role("button", name="生成邀请链接").click()
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("链接").input_value()
