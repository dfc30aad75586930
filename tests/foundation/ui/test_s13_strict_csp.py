"""S13: no template of the house needs a hole in the content security policy."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3] / "anxiao"
TEMPLATES = sorted(HOUSE.glob("**/templates/**/*.html"))
UI = HOUSE / "foundation" / "ui"
HOLES = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style[\s>]", re.I),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "script address": re.compile(r"javascript:", re.I),
    "other host": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.I),
    "evaluated htmx": re.compile(r"\bhx-(?:on|vals=[\"']js:)", re.I),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_no_hole(path):
    text = re.sub(
        r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text("utf-8"), flags=re.S
    )
    assert [name for name, hole in HOLES.items() if hole.search(text)] == []


@pytest.mark.parametrize("path", sorted((UI / "static" / "ui").glob("*.js")), ids=lambda p: p.name)
def test_own_scripts_evaluate_nothing(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|https?://", text)


def test_every_icon_is_in_the_sprite():
    sprite = (UI / "static" / "ui" / "icons.svg").read_text("utf-8")
    known = set(re.findall(r'<symbol[^>]*\bid="([^"]+)"', sprite))
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{%\s*icon\s+"([^"]+)"', path.read_text("utf-8"))
    }
    assert used - known == set()
