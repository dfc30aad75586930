"""S12: every answer carries the headers that keep a browser on our side, whatever the route."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.safety.arguments import ARGS
from tests.safety.case import HouseCase
from tests.safety.world import all_routes, let_go

FOREIGN = ("DJANGO_", "ANXIAO_", "DATABASE_URL")
ROOT = Path(__file__).parents[2]
PROMISED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT = (
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"),
    *("frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"),
)
FILES = ("default-src 'none'", "sandbox")
"""What a handed-in file may do when it is opened by itself: nothing."""


def faults(response):
    """What is missing of an answer's headers."""
    missing = [name for name, value in PROMISED.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    handed_in = response.headers.get("Cross-Origin-Resource-Policy") == "same-origin"
    parts = FILES if handed_in else STRICT
    missing += [part for part in parts if part not in policy]
    missing += [word for word in ("unsafe-", "*", "http:", "https:") if word in policy]
    if "max-age" not in response.headers.get("Strict-Transport-Security", ""):
        missing.append("HSTS")
    for name, cookie in response.cookies.items():
        bound = name.startswith("__Host-") and cookie["secure"] and cookie["httponly"]
        if not bound or cookie["samesite"] not in {"Lax", "Strict"}:
            missing.append(f"cookie {name}")
    return missing


class TestEveryAddress(HouseCase):
    def test_s12_every_route_is_known_to_these_tests(self):
        pages = [name for name, path, _view in all_routes() if not path.startswith("api/v1/")]
        assert [name for name in pages if not self.house.addresses(name)] == []
        assert [name for name in ARGS if name not in pages] == []

    def test_s12_every_address_has_every_header(self):
        """Each route as a stranger, then as those who may, until it opens; over HTTPS."""
        assert settings.SECURE_HSTS_SECONDS
        bad, opened = {}, set()
        for name, path, view in all_routes():
            for person in ("", *self.house.able(getattr(view, "capability", ()))):
                client = self.house.client(person)
                url = (self.house.addresses(name) or [f"/{path}"])[0]
                answer = client.get(url, secure=True)
                let_go(answer)
                found = faults(answer)
                kept = answer.headers.get("Cache-Control", "")
                if person and not {"private", "no-store"} & set(kept.split(", ")):
                    found.append("kept by whoever passes it on")
                if found:
                    bad[name] = (answer.status_code, found)
                if answer.status_code == 200:
                    opened.add(name)
                    break
        assert bad == {}
        assert len(opened) > 100


def test_s12_django_finds_nothing_to_mend_in_production(tmp_path):
    """``check --deploy`` with the settings of a real bureau: no demo, no debug."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    told = subprocess.run(
        [sys.executable, "-m", "anxiao", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=bare | {"ANXIAO_DATA": str(tmp_path), "ANXIAO_HOSTS": "anxiao.example.org"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


def test_s12_one_check_is_silenced_and_says_why():
    assert settings.SILENCED_SYSTEM_CHECKS == ["security.W008"]
    assert settings.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")
