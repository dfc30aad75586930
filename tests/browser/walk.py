"""Every page a post can reach: routes without parameters first, then one link of each kind."""

from collections import deque
from urllib.parse import urlsplit

from django.urls import Resolver404, get_resolver, resolve

POSTS = (
    *("county_safety.yh", "safety_officer.yhx001", "principal.yhx001", "guard.yhx001"),
    *("town_officer.yh01", "county_leader.yh", "agency_officer", "dorm_keeper.yhx025"),
    *("system_admin.yh", "security_admin.yh", "audit_admin.yh"),
)
"""Posts whose first pages differ; the first that may open a page shows it."""
EXAMPLES = {"hazards:detail": 6, "inspections:detail": 3, "duties:evidence": 2}
"""Pages that look different from record to record: how many of them are visited."""
ALWAYS = {"/", "/board/"}
"""Pages that every post sees its own way."""
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
FILES = ("-export", "export", "evidence_file", "photo", "openapi", "errors")


def plain_routes():
    """Addresses of all routes without parameters, outside the interface for programs."""
    found = []

    def collect(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
            if hasattr(pattern, "url_patterns"):
                collect(pattern.url_patterns, route)
            elif not {"<", "("} & set(route):
                found.append(f"/{route}")

    collect(get_resolver().url_patterns, "")
    return [route for route in found if not route.startswith("/api/") and not is_file(route)]


def is_file(address):
    """Whether an address gives a file instead of a page."""
    return (name_of(address) or "").endswith(FILES)


def name_of(address):
    """The route's name with its room, or None."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def is_page(answer):
    """Whether an answer is a page that its person may see."""
    return answer.status == 200 and "text/html" in answer.headers.get("content-type", "")


class Walk:
    """Pages as ``(address, name)``, one person after another; each kind of page once.

    ``visit(page)`` is called on every page that has come up as a page.
    """

    def __init__(self, server, visit):
        self.server, self.visit, self.seen = server, visit, {}
        self.visited = []

    def go(self, page, seeds):
        """Walk as the person who is signed in on ``page``."""
        queue = deque((f"{self.server}{seed}", True) for seed in seeds)
        while queue:
            address, seed = queue.popleft()
            name = name_of(address)
            if not self._wanted(name, address, always=seed and urlsplit(address).path in ALWAYS):
                continue
            if seed and not is_page(page.request.get(address)):  # not theirs, or only for POST
                continue
            if not is_page(page.goto(address)):
                continue
            self.seen.setdefault(name, set()).add(urlsplit(address).path)
            self.visited.append(address.removeprefix(self.server))
            self.visit(page)
            for link in page.evaluate(LINKS):
                if link.startswith(self.server) and "/account/sign-out" not in link:
                    queue.append((link.split("#")[0], False))

    def _wanted(self, name, address, *, always):
        if name is None or is_file(address):
            return False
        known = self.seen.get(name, set())
        if urlsplit(address).path in known and not always:
            return False
        return always or len(known) < EXAMPLES.get(name, 1)
