"""Invitations and links for a forgotten password: once, for a while, no more than may be given."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.models import Invitation, Membership, ResetLink, User
from anxiao.foundation.accounts.services import (
    Invited,
    NewAccount,
    accept_as_known,
    accept_as_new,
    end_post,
    find_invitation,
    invite,
    make_reset_link,
    may_reset,
    revoke_invitation,
    use_reset_link,
)
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.builders import (
    AT,
    PASSWORD,
    TODAY,
    actor_of,
    make_county,
    make_school,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db
NEW = NewAccount("wangwu", PASSWORD)


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def school(county):
    return make_school(county)


@pytest.fixture
def head(school):
    return make_user("校长", (school, "principal"))


@pytest.fixture
def ask(school, head):
    def ask(role="guard", actor=None, org=None, **fields):
        invited = Invited(org or school, role, fields.pop("name", "王五"), TODAY, **fields)
        return invite(invited, actor=actor or actor_of(head), at=AT)

    return ask


def test_a_link_makes_account_and_post_once(school, ask):
    _invitation, secret = ask(phone="13812345678", title="夜班")
    assert secret not in str(Invitation.objects.values())
    user = accept_as_new(secret, NewAccount("WangWu", PASSWORD, "138 1234 5678"), at=AT)
    post = user.memberships.get()
    assert (user.username, user.phone, user.name) == ("wangwu", "13812345678", "王五")
    assert (post.org, post.role, post.title) == (school, "guard", "夜班")
    assert not user.must_change_password
    with pytest.raises(NotFound):
        accept_as_new(secret, NewAccount("other", PASSWORD), at=AT)
    lines = [entry.action for entry in Entry.objects.order_by("id")]
    assert lines == ["invite", "grant", "accept_invitation"]


def test_used_old_withdrawn_and_invented_links_look_alike(head, ask):
    used, old, withdrawn = ask()[1], ask()[1], ask()
    accept_as_new(used, NEW, at=AT)
    revoke_invitation(withdrawn[0], actor=actor_of(head), at=AT)
    messages = set()
    for secret, at in (
        (used, AT),
        (old, AT + timedelta(days=7)),
        (withdrawn[1], AT),
        ("invented", AT),
    ):
        with pytest.raises(NotFound) as gone:
            find_invitation(secret, at=at)
        messages.add(gone.value.message)
    assert len(messages) == 1
    with pytest.raises(Conflict):
        revoke_invitation(withdrawn[0], actor=actor_of(head), at=AT)


@pytest.mark.parametrize("role", ["town_officer", "county_safety", "security_admin"])
def test_nobody_invites_to_more_than_may_be_given(county, ask, role):
    with pytest.raises((Forbidden, Invalid)):
        ask(role)
    with pytest.raises((Forbidden, Invalid)):
        ask(role, org=county)
    with pytest.raises(Forbidden):
        ask("guard", org=make_school(county))
    assert not Invitation.objects.exists()


def test_a_link_is_worth_nothing_when_its_maker_has_lost_the_right(head, ask):
    _invitation, secret = ask()
    end_post(head.memberships.get(), actor=SYSTEM, at=AT)
    with pytest.raises(NotFound):
        accept_as_new(secret, NEW, at=AT)
    assert not User.objects.filter(username="wangwu").exists()


def test_somebody_with_an_account_gets_the_post_with_it(county, ask):
    known = make_user("王五", (make_school(county), "guard"))
    _one, secret = ask(phone=known.phone)
    with pytest.raises(Invalid):
        accept_as_new(secret, NEW, at=AT)
    with pytest.raises(Forbidden):
        accept_as_known(secret, make_user("别人"), at=AT)
    accept_as_known(secret, known, at=AT)
    assert known.memberships.count() == 2
    assert User.objects.filter(name="王五").count() == 1


def test_separation_holds_for_invitations_too(county):
    admin = actor_of(make_user("守", (county, "security_admin")))
    person = make_user("审", (county, "audit_admin"))
    _one, secret = invite(Invited(county, "county_safety", "审", TODAY), actor=admin, at=AT)
    with pytest.raises(Invalid):
        accept_as_known(secret, person, at=AT)
    assert person.memberships.count() == 1


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (NewAccount("ab", PASSWORD), "username"),
        (NewAccount("13912345678", PASSWORD), "username"),
        (NewAccount("wangwu", "short"), "new"),
        (NewAccount("wangwu", PASSWORD, "123"), "phone"),
    ],
)
def test_bad_choices_leave_nothing_and_keep_the_link(ask, account, field):
    _one, secret = ask()
    with pytest.raises(Invalid) as refused:
        accept_as_new(secret, account, at=AT)
    assert list(refused.value.fields) == [field]
    assert Membership.objects.filter(role="guard").count() == 0
    assert find_invitation(secret, at=AT)


def test_on_the_web_from_invitation_to_first_page(client, school, head):
    with time_machine.travel(AT, tick=False):
        sign_in(client, head)
        form = {"role": "guard", "name": "王五", "from_on": "2026-11-23"}
        answer = client.post(f"/account/people/{school.pk}/invite", form)
        shown = client.get(answer.headers["Location"])
        link = shown.context["url"]
        assert shown.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert client.get(answer.headers["Location"]).status_code == 302  # shown once
        path = link.removeprefix("http://testserver")
        visitor = Client()
        assert "王五" in visitor.get(path).content.decode()
        wrong = visitor.post(path, {"username": "w", "new": PASSWORD, "again": PASSWORD})
        assert "至少 3 个字符" in wrong.content.decode()
        chosen = {"username": "wangwu", "phone": "", "new": PASSWORD, "again": PASSWORD}
        assert visitor.post(path, chosen).headers["Location"] == "/account/"
        assert visitor.get("/account/").status_code == 200
        assert Client().get(path).status_code == 404


def test_on_the_web_with_an_account(client, school, ask):
    known = make_user("王五")
    _one, secret = ask(phone=known.phone)
    with time_machine.travel(AT, tick=False):
        sign_in(client, known)
        url = f"/account/invitation/{secret}"
        assert "接受后这个账号即担任该岗位" in client.get(url).content.decode()
        assert client.post(url, {"as": "known"}).status_code == 302
    assert known.memberships.get().org == school


def test_an_invitation_is_withdrawn_only_where_it_may_be_given(client, county, ask):
    invitation, _secret = ask()
    sign_in(client, make_user("邻", (make_school(county), "principal")))
    assert client.post(f"/account/invitations/{invitation.pk}/revoke").status_code == 404


def test_who_may_send_a_link_for_a_new_password(county, school, head):
    guard = make_user("保安", (school, "guard"))
    both = make_user("兼任", (school, "guard"), (make_school(county), "guard"))
    higher = make_user("督学", (school, "guard"), (county, "supervisor"))
    nobody = make_user("无岗")
    principal = actor_of(head)
    admin = actor_of(make_user("守", (county, "security_admin")))
    assert may_reset(principal, guard, AT)
    assert not any(may_reset(principal, who, AT) for who in (both, higher, nobody, head))
    assert all(may_reset(admin, who, AT) for who in (guard, both, higher, head))
    stranger = actor_of(make_user("外", (make_county("邻区"), "security_admin")))
    assert not may_reset(stranger, guard, AT)
    with pytest.raises(Forbidden):
        make_reset_link(higher, actor=principal, at=AT)


def test_a_new_password_by_link_works_once_and_ends_sessions(school, head):
    guard = make_user("保安", (school, "guard"), username="baoan")
    inside = Client()
    inside.post("/account/sign-in", {"username": "baoan", "password": PASSWORD})
    first = make_reset_link(guard, actor=actor_of(head), at=AT)
    second = make_reset_link(guard, actor=actor_of(head), at=AT)
    assert second not in str(ResetLink.objects.values())
    with pytest.raises(NotFound):
        use_reset_link(first, "Baiyun-7712-hai", at=AT)
    with pytest.raises(Invalid):
        use_reset_link(second, "short", at=AT)
    use_reset_link(second, "Baiyun-7712-hai", at=AT)
    with pytest.raises(NotFound):
        use_reset_link(second, "Baiyun-7712-hei", at=AT)
    assert inside.get("/account/").status_code == 302
    guard.refresh_from_db()
    assert guard.check_password("Baiyun-7712-hai")


def test_a_link_for_a_new_password_grows_old(school, head):
    guard = make_user("保安", (school, "guard"))
    secret = make_reset_link(guard, actor=actor_of(head), at=AT)
    with pytest.raises(NotFound):
        use_reset_link(secret, "Baiyun-7712-hai", at=AT + timedelta(hours=24))
