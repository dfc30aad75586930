"""Words that belong together stay on one line, and icons that mean something stay upright."""

import os

from playwright.sync_api import expect


def test_only_arrows_turn_when_something_opens(page, sign_in):
    sign_in(page, "safety_officer.yhx001")
    page.goto("/registers/hazards/")
    summary = page.locator("summary", has_text="筛选").first
    summary.click()
    icon = summary.locator("svg").first
    assert icon.evaluate("(one) => getComputedStyle(one).transform") == "none"
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/filter.png")


def test_clauses_stay_on_one_line(page, sign_in):
    sign_in(page, "safety_officer.yhx001")
    page.goto("/")
    clause = page.locator(".ax-keep").first
    expect(clause).to_contain_text("条款")
    assert clause.evaluate("(one) => one.getClientRects().length") == 1
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/today.png")
