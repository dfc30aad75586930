"""S36: nobody reads, searches, prints or exports without end, and nobody pays for another."""

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.foundation.access import http
from anxiao.foundation.access.limits import Limiter
from tests.builders import make_county, make_school, make_user

DEAR = (
    ("get", "registers:hazards-print"),
    ("post", "registers:hazards-export"),
    ("get", "registers:hazards-import"),
)


@pytest.fixture
def people(db, monkeypatch, hurried):
    """Two people of one school, and limits so slow that no token comes back meanwhile."""
    for name in ("PAGES", "COSTLY"):
        monkeypatch.setattr(http, name, Limiter(per_minute=0.1, burst=hurried[name].burst))
    monkeypatch.setattr(http.PAGES, "burst", 40)
    school = make_school(make_county())
    clients = []
    for name in ("一", "二"):
        client = Client()
        client.force_login(make_user(name, (school, "principal")))
        clients.append(client)
    return clients


def asked(client, method, url):
    """The status, once the answer was read to its end."""
    answer = getattr(client, method)(url)
    b"".join(answer)
    return answer.status_code


@pytest.mark.parametrize(("method", "name"), DEAR)
def test_s36_dear_pages_are_made_so_often_and_no_more(people, method, name):
    one, other = people
    url = reverse(name)
    served = [asked(one, method, url) for _ in range(http.COSTLY.burst + 3)]
    assert served == [200] * http.COSTLY.burst + [429] * 3
    assert int(getattr(one, method)(url)["Retry-After"]) > 0
    assert asked(other, method, url) == 200


def test_s36_pages_are_read_as_fast_as_people_read(people):
    one, other = people
    url = reverse("accounts:me")
    served = [asked(one, "get", url) for _ in range(http.PAGES.burst + 2)]
    assert served == [200] * http.PAGES.burst + [429] * 2
    assert asked(other, "get", url) == 200
