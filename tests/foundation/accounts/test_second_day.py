"""The second day: people leave, numbers change, phones are lost, links go to the wrong person."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.services import (
    Claim,
    Contact,
    Invited,
    NewAccount,
    accept_as_new,
    change_contact,
    check_password,
    correct_phone,
    end_post,
    enrol_second_factor,
    find_invitation,
    has_second_factor,
    invite,
    issue_token,
    lock_account,
    rescue_admin,
    revoke_invitation,
    use_reset_link,
)
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Forbidden, Invalid, NotFound, TooMany
from tests.builders import (
    AT,
    PASSWORD,
    TODAY,
    TOTP_SECRET,
    actor_of,
    make_county,
    make_school,
    make_user,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db
NEW_PHONE = "13798765432"


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def school(county):
    return make_school(county)


@pytest.fixture
def head(school):
    return make_user("校长", (school, "principal"), username="chengran")


@pytest.fixture
def guard(school):
    return make_user("石坚", (school, "guard"), username="shijian")


@pytest.fixture
def admin(county):
    return make_user("守门", (county, "security_admin"), username="shoumen")


def fields(refused):
    return list(refused.value.fields)


def test_a_person_leaves(school, head, guard):
    """The post ends at once, wherever the person is signed in; what was done keeps the name."""
    client = sign_in(Client(), guard)
    secret, _token = issue_token(guard, label="手机", at=AT)
    assert client.get("/").status_code == 200
    end_post(guard.memberships.get(), actor=actor_of(head), at=AT, reason="离职")
    assert client.get("/").status_code == 403
    answer = Client().get("/api/v1/me/today", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    line = Entry.objects.get(action="end_post")
    assert (line.actor_name, line.detail["reason"]) == ("校长", "离职")
    page = sign_in(Client(), head).get(f"/account/people/{school.pk}").content.decode()
    assert "以往 1 个任职" in page


def test_a_phone_number_changes(guard):
    old = guard.phone
    with pytest.raises(Invalid) as refused:
        change_contact(guard, Contact(NEW_PHONE), password="falsch", at=AT)
    assert fields(refused) == ["password"]
    change_contact(guard, Contact(NEW_PHONE, "shi@example.org"), password=PASSWORD, at=AT)
    assert check_password(Claim(NEW_PHONE, PASSWORD), at=AT) == guard
    with pytest.raises(Invalid):
        check_password(Claim(old, PASSWORD), at=AT)
    line = Entry.objects.get(action="change_contact")
    assert line.detail == {"changed": ["手机号", "邮箱"]}


def test_a_number_of_somebody_else_is_not_taken(head, guard):
    for phone in (head.phone, "12345"):
        with pytest.raises(Invalid) as refused:
            change_contact(guard, Contact(phone), password=PASSWORD, at=AT)
        assert fields(refused) == ["phone"]
    guard.refresh_from_db()
    assert guard.phone != head.phone


def test_the_password_of_another_is_not_guessed_at_the_contact_page(guard):
    for _ in range(5):
        with pytest.raises(Invalid):
            change_contact(guard, Contact(NEW_PHONE), password="falsch", at=AT)
    with pytest.raises(TooMany):
        change_contact(guard, Contact(NEW_PHONE), password=PASSWORD, at=AT)


def test_contact_on_the_web(guard):
    client = sign_in(Client(), guard)
    form = {"phone": NEW_PHONE, "email": "keine", "password": PASSWORD}
    assert list(client.post("/account/contact", form).context["form"].errors) == ["email"]
    answer = client.post("/account/contact", form | {"email": "shi@example.org"})
    assert answer.headers["Location"] == "/account/"
    assert User.objects.get(pk=guard.pk).email == "shi@example.org"
    assert "137****5432" in client.get("/account/").content.decode()


def test_a_number_on_the_wrong_account_is_put_right_by_the_security_administrator(
    county, head, guard, admin
):
    with pytest.raises(Forbidden):
        correct_phone(guard, "", reason="核对身份证", actor=actor_of(head), at=AT)
    for phone, reason, field in (("", " ", "reason"), ("1", "核对", "phone")):
        with pytest.raises(Invalid) as refused:
            correct_phone(guard, phone, reason=reason, actor=actor_of(admin), at=AT)
        assert fields(refused) == [field]
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.post("/account/sign-in", {"username": "shijian", "password": PASSWORD})
        assert client.get("/account/").status_code == 200
        correct_phone(guard, "", reason="当面核对", actor=actor_of(admin), at=AT)
        assert client.get("/account/").status_code == 302
    guard.refresh_from_db()
    assert guard.phone is None
    with pytest.raises(Forbidden):
        correct_phone(admin, "", reason="本人", actor=actor_of(admin), at=AT)


def test_a_link_that_names_a_phone_opens_nothing_for_the_wrong_person(school, head):
    wanted = Invited(school, "guard", "王五", TODAY, phone=NEW_PHONE)
    invitation, secret = invite(wanted, actor=actor_of(head), at=AT)
    page = Client().get(f"/account/invitation/{secret}").content.decode()
    assert NEW_PHONE not in page
    assert NEW_PHONE[-4:] not in page
    for n in range(5):
        with pytest.raises(Invalid) as refused:
            accept_as_new(secret, NewAccount("fremd", PASSWORD, f"1390000000{n}"), at=AT)
        assert fields(refused) == ["phone"]
    with pytest.raises(TooMany):
        accept_as_new(secret, NewAccount("fremd", PASSWORD, NEW_PHONE), at=AT)
    assert not User.objects.filter(username="fremd").exists()
    later = AT + timedelta(minutes=16)
    assert accept_as_new(secret, NewAccount("wangwu", PASSWORD, NEW_PHONE), at=later).phone
    assert invitation.org == school


def test_a_link_sent_to_the_wrong_person_is_withdrawn_and_sent_anew(school, head):
    wanted = Invited(school, "guard", "王五", TODAY)
    wrong, secret = invite(wanted, actor=actor_of(head), at=AT)
    revoke_invitation(wrong, actor=actor_of(head), at=AT)
    with pytest.raises(NotFound):
        find_invitation(secret, at=AT)
    right = invite(wanted, actor=actor_of(head), at=AT)[1]
    assert accept_as_new(right, NewAccount("wangwu", PASSWORD), at=AT).memberships.count() == 1
    lines = [entry.action for entry in Entry.objects.order_by("id")]
    assert lines == ["invite", "revoke_invitation", "invite", "grant", "accept_invitation"]


def test_a_link_the_wrong_person_took_is_undone(school, head, admin):
    """The post is ended, the account locked, the number freed; then the right one comes in."""
    wanted = Invited(school, "guard", "王五", TODAY)
    secret = invite(wanted, actor=actor_of(head), at=AT)[1]
    wrong = accept_as_new(secret, NewAccount("fremd", PASSWORD, NEW_PHONE), at=AT)
    end_post(wrong.memberships.get(), actor=actor_of(head), at=AT, reason="发错人")
    lock_account(wrong, reason="邀请发错人", actor=actor_of(admin), at=AT)
    correct_phone(wrong, "", reason="邀请发错人", actor=actor_of(admin), at=AT)
    again = invite(
        Invited(school, "guard", "王五", TODAY, phone=NEW_PHONE), actor=actor_of(head), at=AT
    )[1]
    right = accept_as_new(again, NewAccount("wangwu", PASSWORD, NEW_PHONE), at=AT)
    assert (right.phone, right.memberships.get().role) == (NEW_PHONE, "guard")


def test_the_only_administrator_lost_the_second_factor(admin):
    enrol_second_factor(admin, secret=TOTP_SECRET, code=totp_code(AT), at=AT)
    told = StringIO()
    with time_machine.travel(AT, tick=False):
        call_command("rescue_admin", "shoumen", stdout=told)
    secret = told.getvalue().split("/account/reset/")[1].split()[0]
    assert not has_second_factor(admin)
    use_reset_link(secret, "Baiyun-7712-hai", at=AT)
    with time_machine.travel(AT, tick=False):
        client = Client()
        client.post("/account/sign-in", {"username": "shoumen", "password": "Baiyun-7712-hai"})
        assert client.get("/account/security").headers["Location"] == "/account/second-factor"
    assert Entry.objects.get(action="rescue").actor_name == "系统"


def test_only_administrators_are_rescued(head, admin):
    with pytest.raises(CommandError, match="没有这个用户名的在任管理员"):
        call_command("rescue_admin", "chengran")
    admin.memberships.update(ended_at=AT)
    with pytest.raises(Invalid):
        rescue_admin("shoumen", at=AT)
    assert not Authenticator.objects.exists()
    assert not Entry.objects.filter(action="rescue").exists()


def test_numbers_that_are_no_keys_break_nothing(guard, admin):
    client, safe = sign_in(Client(), guard), sign_in(Client(), admin)
    for number in ("9" * 30, "²", "٣", "-1", "1.5", ""):
        assert client.post("/account/switch", {"membership": number}).status_code == 422
        assert client.post("/account/sessions", {"session": number}).status_code == 302
        assert client.get("/messages/", {"before": number}).status_code == 200
        assert safe.get("/account/security", {"after": number}).status_code == 200
