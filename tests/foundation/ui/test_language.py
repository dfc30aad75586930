"""Pages are read in Chinese or, by choice, in English; what is written down stays Chinese."""

import re
import runpy
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

from tests.builders import make_county, make_school, make_user

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "anxiao/locale/en/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


def words(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_text_of_the_product_is_translated(catalogue):
    said = runpy.run_path(str(ROOT / "tools/translate.py"))["said"]()
    assert {entry.msgid for entry in catalogue} == {text for text, _plural in said}
    assert [entry.msgid for entry in catalogue if not all(words(entry))] == []


def test_translations_keep_every_placeholder(catalogue):
    assert [
        entry.msgid
        for entry in catalogue
        for text in words(entry)
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid))
    ] == []


def test_what_is_compiled_is_what_is_written(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {entry.msgid: words(entry) for entry in compiled} == {
        entry.msgid: words(entry) for entry in catalogue
    }


@pytest.fixture
def client(db):
    client = Client()
    client.force_login(make_user("程然", (make_school(make_county()), "principal")))
    return client


def choose(client, language):
    return client.post("/ui/language", {"language": language, "next": "/account/"})


def test_a_choice_is_kept_and_turns_pages(client):
    assert "我的" in client.get("/account/").text
    assert choose(client, "en").status_code == 302
    page = client.get("/account/").text
    assert '<html lang="en">' in page
    assert "Sign out" in page
    assert choose(client, "zh-hans").status_code == 302
    assert '<html lang="zh-hans">' in client.get("/account/").text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_language_is_named_in_itself(client, language):
    choose(client, language)
    page = client.get("/account/").text
    named = re.findall(r'name="language" value="([\w-]+)"[^>]*>([^<]*)<', page)
    assert dict(named) == {"zh-hans": "简体中文", "en": "English"}


def test_a_browsers_wish_is_not_a_choice_and_unknown_languages_are_none(client):
    asked = client.get("/account/", headers={"Accept-Language": "en"})
    assert '<html lang="zh-hans">' in asked.text
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert '<html lang="zh-hans">' in client.get("/account/").text


def test_what_is_sent_is_taken_in_chinese(client):
    choose(client, "en")
    answer = client.post("/account/password", {"old": "", "new": "", "again": ""})
    assert "请填写" in answer.text
