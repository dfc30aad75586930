"""Dark mode, targets for a thumb, nothing that scrolls sideways, the notice's chapters."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE

CLERK, OFFICER, PRINCIPAL = "county_safety.yh", "safety_officer.yhx001", "principal.yhx001"
GROUND = "getComputedStyle(document.body).backgroundColor"
PAGES = ("/", "/hazards/open", "/registers/hazards/", "/inspections/", "/duties/", "/account/")
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility({visibilityProperty: true}))
    .filter((one) => !one.closest(".visually-hidden, .ax-skip, .ax-table, p, dd, h1"))
    .map((one) => one.closest("label") ?? one)
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""


@pytest.fixture
def officer(page, sign_in):
    return sign_in(page, OFFICER)


def test_dark_follows_the_device_and_a_choice_is_kept(desk, sign_in):
    desk.emulate_media(color_scheme="dark")
    sign_in(desk, OFFICER)
    assert desk.evaluate(GROUND) == "rgb(18, 22, 27)"
    desk.locator(".ax-user summary").click()
    desk.get_by_role("button", name="浅色").click()
    assert desk.evaluate(GROUND) == "rgb(246, 245, 241)"
    desk.reload()
    assert desk.evaluate(GROUND) == "rgb(246, 245, 241)"


@pytest.mark.parametrize("address", PAGES)
def test_targets_are_as_large_as_a_thumb(officer, address):
    officer.goto(address)
    assert officer.evaluate(SMALL) == []


@pytest.mark.parametrize("viewport", [PHONE, DESK, {"width": 320, "height": 640}])
def test_no_page_scrolls_sideways(open_page, sign_in, viewport):
    clerk = sign_in(open_page(viewport), CLERK)
    for address in (*PAGES, "/board/", "/duties/plans/1/", "/registers/units/", "/clues/"):
        clerk.goto(address)
        wide = clerk.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (address, wide) == (address, 0)


def test_the_side_follows_the_notice_and_marks_where_one_is(desk, sign_in):
    sign_in(desk, CLERK)
    desk.goto("/duties/?section=2.5")
    side = desk.get_by_role("navigation", name="栏目")
    chapters = side.locator("summary").all_inner_texts()
    assert chapters == ["一、总体要求", "二、重点措施", "三、保障机制"]
    clauses = side.locator(".ax-clause").all_text_contents()
    assert [clause for clause in clauses if clause] == [
        *("1", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.1", "3.2", "3.3", "3.4")
    ]
    here = side.locator("[aria-current=page]")
    expect(here).to_have_count(1)
    expect(here).to_contain_text("消防安全")
    expect(here).to_be_visible()


def test_states_say_what_to_do(desk, sign_in):
    sign_in(desk, "guard.yhx001")
    desk.goto("/account/security")
    expect(desk.get_by_role("heading", level=1)).to_have_text("您没有这项权限")
    desk.goto("/nothing-here")
    expect(desk.get_by_role("heading", level=1)).to_have_text("没有找到这一页")
