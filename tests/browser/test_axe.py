"""No serious fault on any page a post can reach: at a desk by day, on a phone by night."""

from pathlib import Path

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.walk import POSTS, Walk, plain_routes

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
ALL = {"resultTypes": ["violations"]}
LOOKS = {"desk": (DESK, "light"), "phone": (PHONE, "dark")}
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
    """Runs axe over a page."""

    def __init__(self):
        self.faults = []

    def __call__(self, page):
        page.evaluate(ALIKE)
        page.evaluate(AXE)
        self.faults += [f"{page.url} {fault}" for fault in page.evaluate(RUN, ALL)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_serious_fault(look, server, accounts, open_page, sign_in):
    viewport, scheme = LOOKS[look]
    judge = Judge()
    walk = Walk(server, judge)

    def fresh():
        page = open_page(viewport)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        return page

    walk.go(fresh(), ["/account/sign-in"])
    for post in POSTS:
        person = next(username for username in accounts if username.startswith(post))
        walk.go(sign_in(fresh(), person), ["/", "/board/", *plain_routes()])
    assert len(walk.seen) > 60
    assert judge.faults == []
