"""Maintainers only: take the pictures in docs/pictures from a running demo county.

`make run` in one shell, then `.venv/bin/python tools/pictures.py [address] [folder] [name …]`.
"""

import os
import sys
from io import BytesIO
from pathlib import Path

import browser as chromium
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
CLERK, OFFICER, PRINCIPAL, GUARD, HEAD = (
    "county_safety.yh",
    "safety_officer.yhx001",
    "principal.yhx001",
    "guard.yhx001",
    "principal.yhx025",
)
MAJOR = "/registers/hazards/?q=电动自行车"
PAGES = (
    ("today-phone", OFFICER, "/", ""),
    ("today-guard-phone", GUARD, "/", ""),
    ("inspect-phone", OFFICER, "/inspections/", "楼道楼梯照明检查表"),
    ("hazard-open-phone", OFFICER, "/hazards/open", ""),
    ("hazard-phone", PRINCIPAL, "/registers/hazards/?q=灭火器压力不足", "灭火器压力不足 3 具"),
    ("hazard-desk", PRINCIPAL, "/registers/hazards/?q=灭火器压力不足", "灭火器压力不足 3 具"),
    ("hazards-desk", CLERK, "/registers/hazards/", ""),
    ("duties-phone", OFFICER, "/duties/", ""),
    ("board-phone", CLERK, "/board/", ""),
    ("board-desk", CLERK, "/board/", ""),
    ("board-school-desk", PRINCIPAL, "/board/", ""),
    ("plan-desk", CLERK, "/duties/plans/", "攻坚四季度"),
    ("clues-desk", CLERK, "/clues/", ""),
    ("ledger-print-desk", CLERK, "/registers/hazards/print", ""),
    ("notice-print-desk", HEAD, MAJOR, "楼内为电动自行车充电|打印整改通知书"),
)
"""Name with its size, who, address, and links to follow from there."""
SHADES = 96


def main() -> int:
    """Take every picture, or those named."""
    defaults = ("http://127.0.0.1:8000", str(ROOT / "docs" / "pictures"))
    address, place, *names = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    folder, wanted = Path(place), set(names)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium.find(), args=FLAGS, env=os.environ | {"LANGUAGE": "zh_CN"}
        )
        pages: dict[tuple[str, str], Page] = {}
        for name, user, url, links in PAGES:
            size = name.rpartition("-")[2]
            if wanted and name not in wanted:
                continue
            if (user, size) not in pages:
                pages[user, size] = opened.new_page(
                    viewport=SIZES[size], base_url=address, locale="zh-CN"
                )
                if user:
                    sign_in(pages[user, size], user)
            take(pages[user, size], url, links, folder / f"{name}.png")
        opened.close()
    return 0


def take(page: Page, url: str, links: str, file: Path) -> None:
    """One picture, in few colours so that it stays small."""
    page.goto(url, wait_until="networkidle")
    for link in filter(None, links.split("|")):
        target = page.get_by_role("main").get_by_role("link", name=link).first
        page.goto(target.get_attribute("href") or "", wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
    taken.quantize(SHADES, dither=Image.Dither.NONE).save(file, optimize=True)


def sign_in(page: Page, username: str) -> None:
    """Sign in as a demo account."""
    page.goto("/account/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "Anxiao-Demo-2026")
    page.click("form button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)


if __name__ == "__main__":
    sys.exit(main())
