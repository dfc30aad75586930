"""No serious fault on any page a post can reach: at a desk by day, on a phone by night."""

from pathlib import Path

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.walk import POSTS, Walk, plain_routes

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
ALL = {"resultTypes": ["violations"]}
LOOKS = ((DESK, "light"), (PHONE, "dark"))
RUN = """async (options) => (await axe.run(document, options)).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(" | ")}`)"""


ALIKE = """() => {
    const spare = (parents, kept) => document.querySelectorAll(parents).forEach(
        (one) => [...one.children].slice(kept).forEach((child) => child.remove()));
    spare("tbody, .ax-list", 6);
    spare(".ax-matrix tr", 10);
}"""
"""Rows of a table are alike: judging the first few of them says as much as judging all."""


class Judge:
    """Runs axe over a page in both looks."""

    def __init__(self):
        self.faults = []

    def __call__(self, page):
        page.evaluate(ALIKE)
        page.evaluate(AXE)
        for viewport, scheme in LOOKS:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for fault in page.evaluate(RUN, ALL):
                self.faults.append(f"{page.url} {viewport['width']} {scheme} {fault}")


@pytest.mark.timeout(600)
def test_axe_finds_no_serious_fault(server, accounts, open_page, sign_in):
    judge = Judge()
    walk = Walk(server, judge)
    walk.go(open_page(DESK), ["/account/sign-in", "/ui/offline"])
    for post in POSTS:
        person = next(username for username in accounts if username.startswith(post))
        walk.go(sign_in(open_page(DESK), person), ["/", "/board/", *plain_routes()])
    assert len(walk.seen) > 60
    assert judge.faults == []
