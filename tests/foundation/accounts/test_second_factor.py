"""S10: codes once, recovery codes once, no way round."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from anxiao.foundation.accounts.services import (
    check_code,
    enrol_second_factor,
    has_second_factor,
    make_reset_link,
    recovery_codes,
    reset_second_factor,
)
from anxiao.foundation.accounts.services.limits import TRIES
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, TooMany
from tests.builders import (
    AT,
    PASSWORD,
    TOTP_SECRET,
    actor_of,
    make_county,
    make_school,
    make_user,
    totp_code,
)

pytestmark = pytest.mark.django_db
HALF = timedelta(seconds=30)
BIND = "/account/second-factor"


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def officer(county):
    return make_user("安全科", (county, "county_safety"), username="anquan")


@pytest.fixture
def bound(officer):
    enrol_second_factor(officer, secret=TOTP_SECRET, code=totp_code(AT - HALF), at=AT - HALF)
    return officer


def past_password(client=None):
    client = client or Client()
    answer = client.post("/account/sign-in", {"username": "anquan", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("accounts:sign-in-code")
    return client


def test_bureau_posts_bind_before_anything_else(officer):
    with time_machine.travel(AT, tick=False) as clock:
        client = Client()
        client.post("/account/sign-in", {"username": "anquan", "password": PASSWORD})
        for url in ("/account/", "/orgs/", "/account/security", "/account/sessions"):
            assert client.get(url).headers["Location"] == BIND
        page = client.get(BIND)
        assert "data:image/svg+xml" in page.content.decode()
        secret = page.context["secret"].replace(" ", "")
        sealed = page.context["sealed"]
        wrong = client.post(BIND, {"sealed": sealed, "code": "000000"})
        assert wrong.status_code == 200
        assert client.get("/orgs/").headers["Location"] == BIND
        code = totp_code(AT, secret)
        again = client.post(BIND, {"sealed": sealed, "code": code})
        assert again.status_code == 302
        codes = client.get(BIND).context["codes"]
        assert len(codes) == 10
        assert client.get(BIND).context["codes"] == []  # shown once
        assert client.get("/account/").status_code == 200
        clock.shift(HALF)
        fresh = past_password()
        assert fresh.get("/account/").status_code == 302
        assert fresh.post("/account/sign-in/code", {"code": code}).status_code == 200
        assert (
            fresh.post("/account/sign-in/code", {"code": totp_code(AT + HALF, secret)}).status_code
            == 302
        )
        assert fresh.get("/account/").status_code == 200


def test_a_wrong_code_keeps_the_secret_that_was_shown(officer):
    client = Client()
    client.post("/account/sign-in", {"username": "anquan", "password": PASSWORD})
    page = client.get(BIND)
    again = client.post(BIND, {"sealed": page.context["sealed"], "code": "000000"})
    assert again.context["secret"] == page.context["secret"]
    other = client.post(BIND, {"sealed": "forged", "code": "000000"})
    assert other.context["secret"] != page.context["secret"]


def test_in_the_demo_binding_is_left_to_people(officer, settings):
    settings.ANXIAO_DEMO = True
    client = Client()
    client.post("/account/sign-in", {"username": "anquan", "password": PASSWORD})
    assert client.get("/account/").status_code == 200


def test_posts_of_a_school_need_none(county):
    make_user("校长", (make_school(county), "principal"), username="xiaozhang")
    client = Client()
    client.post("/account/sign-in", {"username": "xiaozhang", "password": PASSWORD})
    assert client.get("/account/").status_code == 200


def test_s10_a_code_is_good_once_even_within_its_half_minute(bound):
    code = totp_code(AT)
    assert check_code(bound, code, at=AT) == "code"
    for at in (AT, AT + HALF, AT + 2 * HALF):
        with pytest.raises(Invalid):
            check_code(bound, code, at=at)


def test_s10_an_earlier_code_is_no_good_after_a_later_one(bound):
    check_code(bound, totp_code(AT + HALF), at=AT)
    with pytest.raises(Invalid):
        check_code(bound, totp_code(AT), at=AT)


def test_the_code_that_bound_the_app_does_not_sign_in(bound):
    with pytest.raises(Invalid):
        check_code(bound, totp_code(AT - HALF), at=AT)


def test_s10_a_recovery_code_is_good_once(bound):
    first = recovery_codes(bound)[0]
    assert check_code(bound, first, at=AT) == "recovery"
    with pytest.raises(Invalid):
        check_code(bound, first, at=AT)
    assert first not in recovery_codes(bound)


def test_codes_are_not_guessed(bound):
    for _ in range(TRIES):
        with pytest.raises(Invalid):
            check_code(bound, "000000", at=AT)
    with pytest.raises(TooMany):
        check_code(bound, totp_code(AT), at=AT)
    actions = [entry.action for entry in Entry.objects.order_by("id")]
    assert actions == ["enrol_second_factor", *["code_failed"] * TRIES, "lock_out"]


def test_starting_over_with_the_password_gives_no_more_codes(bound):
    statuses = []
    for _ in range(TRIES + 3):
        client = past_password()
        statuses.append(client.post("/account/sign-in/code", {"code": "000000"}).status_code)
    assert statuses == [200] * TRIES + [429] * 3


def test_the_code_page_belongs_to_who_gave_the_password(bound):
    assert Client().get("/account/sign-in/code").headers["Location"] == "/account/sign-in"
    with time_machine.travel(AT, tick=False) as clock:
        client = past_password()
        clock.shift(timedelta(minutes=6))
        answer = client.post("/account/sign-in/code", {"code": totp_code(AT)})
        assert answer.headers["Location"] == "/account/sign-in"
        client = past_password()
        bound.set_password("Other-word-99-x")
        bound.save()
        answer = client.post("/account/sign-in/code", {"code": totp_code(AT)})
        assert answer.headers["Location"] == "/account/sign-in"


def test_s10_a_forgotten_password_does_not_go_round_it(county, bound):
    admin = actor_of(make_user("守", (county, "security_admin")))
    secret = make_reset_link(bound, actor=admin, at=AT)
    new = "Baiyun-7712-hai"
    with time_machine.travel(AT, tick=False):
        client = Client()
        answer = client.post(f"/account/reset/{secret}", {"new": new, "again": new})
        assert answer.headers["Location"] == "/account/sign-in"
        assert client.get("/account/").status_code == 302
        answer = client.post("/account/sign-in", {"username": "anquan", "password": new})
        assert answer.headers["Location"] == reverse("accounts:sign-in-code")


def test_a_lost_phone_is_unbound_by_the_security_administrator_alone(county, bound):
    head = actor_of(make_user("局长", (county, "county_leader")))
    with pytest.raises(Forbidden):
        reset_second_factor(bound, reason="丢失", actor=head, at=AT)
    admin = actor_of(make_user("守", (county, "security_admin")))
    with pytest.raises(Invalid):
        reset_second_factor(bound, reason=" ", actor=admin, at=AT)
    reset_second_factor(bound, reason="当面核对身份证", actor=admin, at=AT)
    assert not has_second_factor(bound)
    client = Client()
    client.post("/account/sign-in", {"username": "anquan", "password": PASSWORD})
    assert client.get("/orgs/").headers["Location"] == BIND
    assert Entry.objects.get(action="reset_second_factor").detail == {"reason": "当面核对身份证"}


def test_bound_twice_is_refused_and_secrets_are_not_readable(bound):
    with pytest.raises(Conflict):
        enrol_second_factor(bound, secret=TOTP_SECRET, code=totp_code(AT), at=AT)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert TOTP_SECRET not in stored
    assert not any(code in stored for code in recovery_codes(bound))


def test_new_recovery_codes_and_unbinding_need_a_code(bound):
    with time_machine.travel(AT, tick=False) as clock:
        client = past_password()
        client.post("/account/sign-in/code", {"code": totp_code(AT)})
        old = list(recovery_codes(bound))
        client.post("/account/second-factor/codes", {"code": "000000"})
        assert list(recovery_codes(bound)) == old
        clock.shift(HALF)
        client.post("/account/second-factor/codes", {"code": totp_code(AT + HALF)})
        assert not set(old) & set(recovery_codes(bound))
        client.post("/account/second-factor/drop", {"code": ""})
        assert has_second_factor(bound)
        clock.shift(HALF)
        client.post("/account/second-factor/drop", {"code": totp_code(AT + 2 * HALF)})
        assert not has_second_factor(bound)
        assert client.get("/orgs/").headers["Location"] == BIND
    lines = {entry.action for entry in Entry.objects.all()}
    assert {"renew_recovery_codes", "drop_second_factor"} <= lines
