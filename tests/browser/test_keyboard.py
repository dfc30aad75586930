"""Clerks work with the keyboard: /, j, k, Enter, e, ?, and Escape."""

import re

import pytest
from playwright.sync_api import expect

CLERK = "county_safety.yh"
HERE = "document.activeElement.closest('tr')?.rowIndex ?? 0"


@pytest.fixture
def ledger(desk, sign_in):
    sign_in(desk, CLERK)
    desk.goto("/registers/hazards/")
    desk.locator("main").focus()
    return desk


def test_slash_goes_to_the_search_of_the_register(ledger):
    ledger.keyboard.press("/")
    expect(ledger.locator("main [data-search]")).to_be_focused()
    ledger.keyboard.type("j/k?")
    expect(ledger.locator("main [data-search]")).to_have_value("j/k?")
    expect(ledger.locator("#keys-dialog")).to_be_hidden()


def test_j_and_k_walk_the_rows_and_enter_opens_one(ledger):
    for key in "jjjk":
        ledger.keyboard.press(key)
    assert ledger.evaluate(HERE) == 2
    link = ledger.evaluate("document.activeElement.getAttribute('href')")
    ledger.keyboard.press("Enter")
    panel = ledger.locator("#panel")
    expect(panel).to_be_visible()
    expect(panel.locator("[data-panel-open]")).to_have_attribute("href", re.compile(link))
    ledger.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert ledger.evaluate(HERE) == 2


def test_e_goes_to_the_next_step_of_what_is_open(desk, sign_in):
    sign_in(desk, "principal.yhx001")
    desk.goto("/registers/hazards/?q=留样记录缺少")
    desk.locator("main").focus()
    desk.keyboard.press("e")
    expect(desk.locator("#panel")).to_be_hidden()
    for key in ("j", "Enter"):
        desk.keyboard.press(key)
    expect(desk.locator("#panel").get_by_role("link", name="指派", exact=True)).to_be_visible()
    desk.keyboard.press("e")
    expect(desk).to_have_url(re.compile(r"/hazards/\d+/assign$"))


def test_a_question_mark_shows_the_keys_and_they_can_be_switched_off(ledger):
    ledger.keyboard.press("?")
    dialog = ledger.locator("#keys-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("使用快捷键").uncheck()
    ledger.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ledger.keyboard.press("j")
    assert ledger.evaluate(HERE) == 0


def test_everything_is_reached_by_tab_and_the_first_stop_skips_to_the_text(ledger):
    ledger.goto("/")
    ledger.keyboard.press("Tab")
    skip = ledger.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    ledger.keyboard.press("Enter")
    ledger.keyboard.press("Tab")
    assert ledger.evaluate("document.activeElement.closest('main') !== null")
