"""Pages about people: who sees them, what they cost, that every route is guarded."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.accounts import urls
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.services import Invited, invite, lock_account
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_school,
    make_town,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def school(county):
    return make_school(make_town(county))


@pytest.fixture
def head(school):
    return make_user("校长", (school, "principal"))


@pytest.fixture
def admin(county):
    return make_user("守", (county, "security_admin"))


def cost(client, url):
    with CaptureQueriesContext(connection) as taken:
        assert client.get(url).status_code == 200
    return len(taken)


def test_every_route_wears_a_decorator():
    for pattern in urls.urlpatterns:
        assert getattr(pattern.callback, "capability", None), pattern


def test_people_of_a_unit(client, school, head):
    make_user("保安甲", (school, "guard"), phone="13812345678")
    sign_in(client, head)
    page = client.get(reverse("accounts:people", args=[school.pk])).content.decode()
    assert "保安甲" in page
    assert "138****5678" in page
    assert "13812345678" not in page
    assert client.get(reverse("accounts:own-people")).headers["Location"] == reverse(
        "accounts:people", args=[school.pk]
    )


def test_neighbours_and_guards_see_nobody(client, county, school, head):
    url = reverse("accounts:people", args=[school.pk])
    assert client.get(url).status_code == 302
    sign_in(client, make_user("邻", (make_school(county), "principal")))
    assert client.get(url).status_code == 404
    assert client.get(reverse("accounts:invite", args=[school.pk])).status_code == 404
    sign_in(client, make_user("保安", (school, "guard")))
    assert client.get(url).status_code == 403


def test_who_sees_without_giving_gets_no_buttons(client, county, school, head):
    sign_in(client, make_user("局长", (county, "county_leader")))
    page = client.get(reverse("accounts:people", args=[school.pk])).content.decode()
    assert reverse("accounts:invite", args=[school.pk]) not in page
    assert reverse("accounts:end-post", args=[head.memberships.get().pk]) not in page


def test_ending_a_post_on_the_web(client, county, school, head):
    guard = make_user("保安", (school, "guard")).memberships.get()
    url = reverse("accounts:end-post", args=[guard.pk])
    sign_in(client, make_user("邻", (make_school(county), "principal")))
    assert client.post(url).status_code == 404
    sign_in(client, head)
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 409
    page = client.get(reverse("accounts:people", args=[school.pk])).content.decode()
    assert "以往 1 个任职" in page


def test_a_link_for_a_forgotten_password_on_the_web(client, school, head):
    guard = make_user("保安", (school, "guard")).memberships.get()
    sign_in(client, head)
    answer = client.post(reverse("accounts:make-reset-link", args=[guard.pk]))
    assert "/account/reset/" in client.get(answer.headers["Location"]).content.decode()
    own = reverse("accounts:make-reset-link", args=[head.memberships.get().pk])
    assert client.post(own).status_code == 403


def test_the_security_page_is_its_administrators_alone(client, county, school, head, admin):
    urls_ = [reverse("accounts:security"), reverse("accounts:account", args=[head.pk])]
    for role, org in (("principal", school), ("county_safety", county), ("audit_admin", county)):
        sign_in(client, make_user("某", (org, role)))
        assert [client.get(url).status_code for url in urls_] == [403, 403]
        lock = reverse("accounts:lock", args=[head.pk])
        assert client.post(lock, {"reason": "x"}).status_code == 403
    sign_in(client, admin)
    assert [client.get(url).status_code for url in urls_] == [200, 200]
    elsewhere = make_user("外", (make_school(make_county("邻区")), "principal"))
    assert client.get(reverse("accounts:account", args=[elsewhere.pk])).status_code == 404
    foreign = reverse("accounts:lock", args=[elsewhere.pk])
    assert client.post(foreign, {"reason": "x"}).status_code == 404


def test_lock_and_unlock_on_the_web(client, head, admin):
    sign_in(client, admin)
    lock = reverse("accounts:lock", args=[head.pk])
    client.post(lock, {"reason": " "})
    assert User.objects.get(pk=head.pk).is_active
    client.post(lock, {"reason": "离职"})
    assert not User.objects.get(pk=head.pk).is_active
    assert "1 个账号已锁定" in client.get(reverse("accounts:security")).content.decode()
    client.post(reverse("accounts:unlock", args=[head.pk]))
    assert User.objects.get(pk=head.pk).is_active
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["lock", "unlock"]
    own = client.post(reverse("accounts:lock", args=[admin.pk]), {"reason": "x"})
    assert own.status_code == 403


def test_locks_need_the_right_and_a_reason(county, head, admin):
    with pytest.raises(Forbidden):
        lock_account(head, reason="x", actor=actor_of(head), at=AT)
    with pytest.raises(Forbidden):
        lock_account(
            head, reason="x", actor=actor_of(make_user("审", (county, "audit_admin"))), at=AT
        )
    with pytest.raises(Invalid):
        lock_account(head, reason="", actor=actor_of(admin), at=AT)


def test_accounts_are_found_by_name_and_turned_page_by_page(client, school, admin, monkeypatch):
    monkeypatch.setattr("anxiao.foundation.accounts.views.security.PAGE", 2)
    for number in range(4):
        make_user(f"教师{number}", (school, "staff"), username=f"jiaoshi{number}")
    sign_in(client, admin)
    url = reverse("accounts:security")
    first = client.get(url, {"q": "jiaoshi"})
    names = [user.name for user in first.context["accounts"]]
    second = client.get(url, {"q": "jiaoshi", "after": first.context["next"]})
    names += [user.name for user in second.context["accounts"]]
    assert names == ["教师3", "教师2", "教师1", "教师0"]
    assert second.context["next"] == ""
    assert "没有找到账号" in client.get(url, {"q": "查无此人"}).content.decode()


def test_pages_cost_the_same_with_one_and_three_rows(client, school, head, admin):
    actor = actor_of(head)

    def more():
        make_user("保安", (school, "guard"))
        invite(Invited(school, "guard", "新", TODAY), actor=actor, at=AT)

    people = reverse("accounts:people", args=[school.pk])
    more()
    sign_in(client, head)
    for_admin = sign_in(Client(), admin)
    pages = [(client, people), (client, "/account/sessions"), (client, "/account/")]
    pages.append((for_admin, reverse("accounts:security")))
    once = [cost(*page) for page in pages]
    more()
    more()
    sign_in(Client(), head)
    assert [cost(*page) for page in pages] == once
