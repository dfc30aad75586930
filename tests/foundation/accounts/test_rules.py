"""Names, grants, separation, sessions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.access.capabilities import (
    ADMIN_ROLES,
    BUREAU_ROLES,
    ROLE_CAPABILITIES,
    UNIT_ROLES,
    Role,
)
from anxiao.foundation.accounts import rules

ROLES = sorted(ROLE_CAPABILITIES)


def test_names_and_phones_are_stored_plain():
    assert rules.plain_name(" Ｗang Wu ") == "wangwu"
    assert rules.plain_phone("+86 138-0000 0000") == "13800000000"


@pytest.mark.parametrize("name", ["", "ab", "13800000000", "王 五！", "a/b/c"])
def test_user_names_that_are_refused(name):
    assert rules.username_fault(name)


@pytest.mark.parametrize("name", ["wangwu", "王小五", "wang.wu-5", "a@b.cn"])
def test_user_names_that_are_taken(name):
    assert rules.username_fault(name) == ""


def test_phones():
    assert rules.phone_fault("13800000000") == rules.phone_fault("") == ""
    assert rules.phone_fault("12345")


@given(st.sets(st.sampled_from(ROLES)), st.sampled_from(ROLES))
def test_nobody_holds_two_administrators_or_one_and_a_bureau_post(held, role):
    """S6 三员分立."""
    both = held | {role}
    if rules.separation_fault(held, role) == "" and rules_hold(held):
        assert rules_hold(both)


def rules_hold(roles):
    admins = roles & ADMIN_ROLES
    return len(admins) <= 1 and not (admins and roles & (BUREAU_ROLES - ADMIN_ROLES))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ["county", "town", "school", "kindergarten", "agency"])
def test_nobody_gives_more_than_the_post_allows(role, kind):
    given_roles = rules.grantable([role], kind)
    if role in UNIT_ROLES:
        assert given_roles <= set(UNIT_ROLES)
    if role == Role.COUNTY_SAFETY:
        assert not given_roles & BUREAU_ROLES
    if role not in rules.GRANTABLE:
        assert not given_roles
    if role != Role.SECURITY_ADMIN:
        assert not given_roles & ADMIN_ROLES


def test_who_gives_which():
    assert Role.PRINCIPAL in rules.grantable(["principal"], "school")
    assert Role.PRINCIPAL not in rules.grantable(["safety_officer"], "school")
    assert Role.GUARD in rules.grantable(["safety_officer"], "school")
    assert Role.GUARD not in rules.grantable(["guard_captain"], "school")
    assert rules.grantable(["town_head"], "town") == {Role.TOWN_OFFICER}
    assert {Role.TOWN_HEAD, Role.TOWN_OFFICER} <= rules.grantable(["county_safety"], "town")
    assert rules.grantable(["security_admin"], "county") == BUREAU_ROLES
    assert rules.grantable(["security_admin"], "school") == frozenset()


@pytest.mark.parametrize("role", ROLES)
def test_every_post_has_its_place(role):
    assert rules.ROLE_KINDS[role]


def test_dates_of_a_post():
    today = date(2026, 11, 23)
    assert rules.dates_fault(today, None, today) == ""
    assert rules.dates_fault(today, today, today) == ""
    assert "11月23日" in rules.dates_fault(date(2026, 1, 1), date(2026, 11, 22), today)
    assert rules.dates_fault(today, date(2026, 11, 22), today)


@pytest.mark.parametrize(
    ("minutes_since_start", "minutes_since_seen", "ending"),
    [
        (29, 29, None),
        (30, 30, rules.Ending.IDLE),
        (719, 1, None),
        (720, 0, rules.Ending.TOO_OLD),
    ],
)
def test_sessions_end_by_themselves(minutes_since_start, minutes_since_seen, ending):
    """S11."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    found = rules.session_ending(
        at,
        at - timedelta(minutes=minutes_since_start),
        at - timedelta(minutes=minutes_since_seen),
        timedelta(minutes=30),
        timedelta(hours=12),
    )
    assert found is ending


def test_phones_are_masked():
    assert rules.masked_phone("13812345678") == "138****5678"
    assert rules.masked_phone("1234") == "****"
    assert rules.masked_phone(None) == ""


def test_devices_have_names_for_people():
    assert rules.device_name("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8") == "微信"
    assert rules.device_name("curl/8") == "其他设备"
