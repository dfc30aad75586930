"""The style page exists where nobody works, and nowhere else."""

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from anxiao.foundation.access.actor import ANYBODY
from anxiao.foundation.ui import views
from anxiao.foundation.ui.views import showcase


def ask(page=""):
    request = RequestFactory().get("/ui/styles", {"page": page})
    request.at, request.actor, request.posts, request.post = timezone.now(), ANYBODY, (), None
    return views.styles(request)


@pytest.fixture
def demo(settings, monkeypatch):
    settings.ANXIAO_DEMO = True
    monkeypatch.setattr(showcase.messages, "success", lambda *args: None)
    monkeypatch.setattr(showcase.messages, "warning", lambda *args: None)


def test_closed_in_real_use(settings):
    settings.ANXIAO_DEMO = settings.DEBUG = False
    with pytest.raises(Http404):
        ask()


@pytest.mark.parametrize("page", ["", *showcase.PAGES])
def test_every_sample_page_renders(demo, page):
    response = ask(page)
    assert response.status_code == 200
    html = response.content.decode()
    assert "<h1" in html
    assert 'lang="zh-hans"' in html


@pytest.mark.parametrize("page", showcase.FAULTS)
def test_every_error_can_be_looked_at(demo, page):
    assert ask(page).status_code == int(page)


def test_base_offers_the_ways_of_phone_and_desk(demo):
    html = ask().content.decode()
    for words in ("跳到正文", "今天", "扫一扫", "台账", "我的", "二 重点措施", "退出"):
        assert words in html
    assert html.count("<main") == 1
    assert 'name="csrf-token"' in html
    assert '"allowEval":false' in html
