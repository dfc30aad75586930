"""Maintainers only: take the pictures in docs/pictures from a running demo county.

`make run` in one shell, then `.venv/bin/python tools/pictures.py [address] [folder] [name …]`.
"""

import sys
from pathlib import Path

import browser as chromium
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
CLERK, OFFICER, PRINCIPAL, GUARD, TOWN = (
    "county_safety.yh",
    "safety_officer.yhx001",
    "principal.yhx001",
    "guard.yhx001",
    "town_officer.yh01",
)
PAGES = (
    ("sign-in", "", "/account/sign-in"),
    ("today", OFFICER, "/"),
    ("today-guard", GUARD, "/"),
    ("today-clerk", CLERK, "/"),
    ("board", CLERK, "/board/"),
    ("board-town", TOWN, "/board/"),
    ("board-unit", PRINCIPAL, "/board/"),
    ("hazards", CLERK, "/registers/hazards/"),
    ("hazards-print", CLERK, "/registers/hazards/print"),
    ("hazard", PRINCIPAL, "/hazards/1"),
    ("hazard-open", OFFICER, "/hazards/open"),
    ("duties", OFFICER, "/duties/"),
    ("plans", CLERK, "/duties/plans/"),
    ("plan", CLERK, "/duties/plans/1/"),
    ("inspect", OFFICER, "/inspections/"),
    ("registers", OFFICER, "/registers/"),
    ("units", CLERK, "/registers/units/"),
    ("clues", CLERK, "/clues/"),
    ("inbox", OFFICER, "/messages/"),
    ("me", OFFICER, "/account/"),
    ("places", OFFICER, "/places/19/"),
)


def main() -> int:
    """Take every picture, or those named."""
    defaults = ("http://127.0.0.1:8000", str(ROOT / "docs" / "pictures"))
    address, place, *names = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    folder, wanted = Path(place), set(names)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        for size, viewport in SIZES.items():
            for user in dict.fromkeys(user for _name, user, _url in PAGES):
                context = opened.new_context(viewport=viewport, base_url=address, locale="zh-CN")
                page = context.new_page()
                if user:
                    sign_in(page, user)
                for name, who, url in PAGES:
                    if who == user and (not wanted or name in wanted):
                        page.goto(url)
                        page.screenshot(path=folder / f"{name}-{size}.png")
                context.close()
        opened.close()
    return 0


def sign_in(page: Page, username: str) -> None:
    """Sign in as a demo account."""
    page.goto("/account/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "Anxiao-Demo-2026")
    page.click("form button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)


if __name__ == "__main__":
    sys.exit(main())
