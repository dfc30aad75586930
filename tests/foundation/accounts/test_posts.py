"""Who may give and take which post; what a post is worth and how long."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.models import Membership, User
from anxiao.foundation.accounts.queries import holders, posts_of
from anxiao.foundation.accounts.services import create_user, end_post, grant_post, switch_post
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from tests.builders import (
    AT,
    PASSWORD,
    TODAY,
    actor_of,
    make_county,
    make_org,
    make_school,
    make_town,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def school(county):
    return make_school(make_town(county))


@pytest.fixture
def somebody():
    return make_user("某人")


def actor(org, role):
    return actor_of(make_user("办理人", (org, role)))


def test_a_head_gives_posts_of_the_own_unit(school, somebody):
    head = actor(school, "principal")
    post = grant_post(somebody, school, "guard", TODAY, None, actor=head, at=AT, title="队员")
    assert posts_of(somebody.pk, TODAY)[0].membership_id == post.pk
    entry = Entry.objects.get(action="grant")
    assert (entry.org_path, entry.detail["role"]) == (school.path, "guard")
    assert post.granted_by_id == head.user_id


@pytest.mark.parametrize("role", ["town_officer", "county_safety", "security_admin", "supervisor"])
def test_a_head_gives_nothing_higher(county, school, somebody, role):
    head = actor(school, "principal")
    with pytest.raises((Forbidden, Invalid)):
        grant_post(somebody, school, role, TODAY, None, actor=head, at=AT)
    with pytest.raises((Forbidden, Invalid)):
        grant_post(somebody, county, role, TODAY, None, actor=head, at=AT)
    assert not Membership.objects.filter(user=somebody).exists()


def test_a_head_gives_nothing_at_the_neighbours(county, school, somebody):
    head = actor(school, "principal")
    neighbour = make_school(county)
    with pytest.raises(Forbidden):
        grant_post(somebody, neighbour, "guard", TODAY, None, actor=head, at=AT)


@pytest.mark.parametrize("role", ["guard", "class_teacher", "staff", "county_leader"])
def test_posts_that_give_nothing(county, school, somebody, role):
    giver = actor(county if role == "county_leader" else school, role)
    with pytest.raises(Forbidden):
        grant_post(somebody, school, "staff", TODAY, None, actor=giver, at=AT)


def test_the_safety_officer_does_not_appoint_the_principal(school, somebody):
    officer = actor(school, "safety_officer")
    grant_post(somebody, school, "staff", TODAY, None, actor=officer, at=AT)
    with pytest.raises(Forbidden):
        grant_post(somebody, school, "principal", TODAY, None, actor=officer, at=AT)


def test_the_safety_section_gives_town_and_supervisor_but_no_bureau_post(county, school):
    section = actor(county, "county_safety")
    town = school.parent
    for org, role in [
        (town, "town_head"),
        (town, "town_officer"),
        (county, "supervisor"),
        (school, "principal"),
    ]:
        grant_post(make_user("新"), org, role, TODAY, None, actor=section, at=AT)
    for role in ("county_safety", "county_leader", "system_admin"):
        with pytest.raises(Forbidden):
            grant_post(make_user("新"), county, role, TODAY, None, actor=section, at=AT)


def test_the_security_administrator_gives_bureau_posts_and_nothing_else(county, school, somebody):
    admin = actor(county, "security_admin")
    grant_post(somebody, county, "county_safety", TODAY, None, actor=admin, at=AT)
    grant_post(make_user("审"), county, "audit_admin", TODAY, None, actor=admin, at=AT)
    with pytest.raises(Forbidden):
        grant_post(make_user("保"), school, "guard", TODAY, None, actor=admin, at=AT)
    with pytest.raises(Forbidden):
        grant_post(
            make_user("外"), make_county("邻区"), "county_safety", TODAY, None, actor=admin, at=AT
        )


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("system_admin", "security_admin"),
        ("audit_admin", "system_admin"),
        ("county_safety", "audit_admin"),
        ("audit_admin", "county_leader"),
    ],
)
def test_s6_separation_of_the_three_administrators(county, held, wanted):
    admin = actor(county, "security_admin")
    person = make_user("某人", (county, held))
    for giver in (admin, SYSTEM):
        with pytest.raises(Invalid):
            grant_post(person, county, wanted, TODAY, None, actor=giver, at=AT)
    with pytest.raises(Invalid):  # one that only begins later counts as well
        grant_post(person, county, wanted, TODAY + 30 * DAY, None, actor=SYSTEM, at=AT)


def test_an_administrator_may_hold_no_second_one_but_another_post_after_the_first_ended(county):
    person = make_user("某人", (county, "system_admin"))
    end_post(person.memberships.get(), actor=SYSTEM, at=AT)
    grant_post(person, county, "audit_admin", TODAY, None, actor=SYSTEM, at=AT)


def test_nobody_gives_himself_a_bureau_post(county):
    admin = make_user("守", (county, "security_admin"))
    with pytest.raises(Forbidden):
        grant_post(admin, county, "county_safety", TODAY, None, actor=actor_of(admin), at=AT)


def test_in_a_small_kindergarten_one_woman_holds_nearly_all_posts(school):
    head = make_user("园长", (school, "principal"))
    grant_post(head, school, "safety_officer", TODAY, None, actor=actor_of(head), at=AT)
    assert {post.role for post in posts_of(head.pk, TODAY)} == {"principal", "safety_officer"}


def test_a_post_stands_where_it_belongs(county, school, somebody):
    for org, role in [(county, "guard"), (school, "town_head"), (school.parent, "principal")]:
        with pytest.raises(Invalid):
            grant_post(somebody, org, role, TODAY, None, actor=SYSTEM, at=AT)
    agency = make_org("agency", "消防大队", county)
    grant_post(somebody, agency, "agency_officer", TODAY, None, actor=SYSTEM, at=AT)


def test_posts_have_days(school, somebody):
    grant_post(somebody, school, "guard", TODAY + DAY, TODAY + 3 * DAY, actor=SYSTEM, at=AT)
    held = [bool(posts_of(somebody.pk, TODAY + n * DAY)) for n in range(6)]
    assert held == [False, True, True, True, False, False]
    with pytest.raises(Invalid):
        grant_post(somebody, school, "staff", TODAY, TODAY - DAY, actor=SYSTEM, at=AT)
    with pytest.raises(Invalid, match="已担任"):
        grant_post(somebody, school, "guard", TODAY, None, actor=SYSTEM, at=AT)


def test_ending_a_post_acts_at_once_and_once(school, somebody):
    head = actor(school, "principal")
    post = grant_post(somebody, school, "guard", TODAY, None, actor=head, at=AT)
    end_post(post, actor=head, at=AT, reason="离职")
    assert posts_of(somebody.pk, TODAY) == ()
    with pytest.raises(Conflict):
        end_post(post, actor=head, at=AT)
    assert Entry.objects.get(action="end_post").detail["reason"] == "离职"
    grant_post(somebody, school, "guard", TODAY, None, actor=head, at=AT)


def test_who_may_not_give_may_not_take(county, school):
    principal = Membership.objects.get(user=make_user("校长", (school, "principal")))
    with pytest.raises(Forbidden):
        end_post(principal, actor=actor(school, "safety_officer"), at=AT)
    with pytest.raises(Forbidden):
        end_post(principal, actor=actor(make_school(county), "principal"), at=AT)
    admin = make_user("守", (county, "security_admin"))
    with pytest.raises(Forbidden):
        end_post(admin.memberships.get(), actor=actor_of(admin), at=AT)


def test_holders(school):
    head = make_user("校长", (school, "principal"))
    make_user("锁", (school, "guard"), is_active=False)
    assert holders(school.path, "principal", TODAY) == [(head.pk, "校长")]
    assert holders(school.path, "guard") == []


def test_switching_between_own_posts(county, school):
    person = make_user("某人", (school, "principal"), (make_school(county), "safety_officer"))
    second = person.memberships.last()
    switch_post(person, second.pk, at=AT)
    person.refresh_from_db()
    assert person.current_membership == second
    with pytest.raises(Invalid):
        switch_post(person, make_user("他", (school, "guard")).memberships.get().pk, at=AT)


def test_accounts_are_made_by_the_program_with_checked_names(school):
    made = create_user(
        SYSTEM, AT, username="ＷangWu", name="王五", phone="139 0000 0000", password=PASSWORD
    )
    assert (made.username, made.phone, made.must_change_password) == (
        "wangwu",
        "13900000000",
        True,
    )
    assert not create_user(SYSTEM, AT, username="liu", name="刘").has_usable_password()
    for wrong in (
        {"username": "wangwu", "name": "x"},
        {"username": "13911112222", "name": "x"},
        {"username": "other", "name": " "},
        {"username": "other", "name": "x", "phone": "13900000000"},
        {"username": "other", "name": "x", "password": "12345"},
    ):
        with pytest.raises(Invalid):
            create_user(SYSTEM, AT, **wrong)
    with pytest.raises(Forbidden):
        create_user(actor(school, "principal"), AT, username="zhao", name="赵")
    assert User.objects.filter(username__in=["other", "zhao"]).count() == 0


def test_the_database_refuses_an_unknown_post_and_a_double_one(school, somebody):
    for role, times in (("king", 1), ("guard", 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            for _ in range(times):
                Membership.objects.create(user=somebody, org=school, role=role, from_on=TODAY)


def test_the_first_security_administrator_comes_from_the_command_line(county, capsys):
    call_command("first_admin", org=county.code, name="守", username="anguan")
    said = capsys.readouterr().out
    admin = User.objects.get(username="anguan")
    assert admin.must_change_password
    assert admin.check_password(said.split("初始密码 ")[1].split()[0])
    assert posts_of(admin.pk, business_day(timezone.now()))[0].role == "security_admin"
    with pytest.raises(CommandError, match="已有安全管理员"):
        call_command("first_admin", org=county.code, name="守", username="second")
    with pytest.raises(CommandError, match="没有代码"):
        call_command("first_admin", org="nowhere", name="守", username="third")
    with pytest.raises(CommandError, match="用户名"):
        call_command("first_admin", org=make_county("邻区").code, name="守", username="1")
    assert User.objects.count() == 1
