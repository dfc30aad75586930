"""Keys for programs: never more than their owner, never round the second factor."""

from datetime import timedelta

import pytest

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.models import Membership, SignInLimit, Token
from anxiao.foundation.accounts.services import (
    Claim,
    actor_of_token,
    end_post,
    enrol_second_factor,
    forget_what_is_over,
    issue_token,
    lock_account,
    revoke_token,
    sign_in_for_token,
    unlock_account,
)
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from tests.builders import (
    AT,
    OPENED,
    PASSWORD,
    TOTP_SECRET,
    actor_of,
    make_county,
    make_school,
    make_user,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def head(county):
    return make_user("校长", (make_school(county), "principal"), username="chengran")


def test_name_and_password_give_a_token_that_is_its_owner(head, django_assert_num_queries):
    secret, token = sign_in_for_token(Claim("chengran", PASSWORD), at=AT, label="脚本")
    assert secret not in str(Token.objects.values())
    with django_assert_num_queries(4):  # token with posts, last use and its savepoint
        actor = actor_of_token(secret, AT)
    with django_assert_num_queries(1):
        assert actor_of_token(secret, AT + timedelta(minutes=1)) == actor
    assert actor == actor_of(head)
    token.refresh_from_db()
    assert (token.last_used_at, token.label) == (AT, "脚本")
    assert {entry.action for entry in Entry.objects.all()} == {"sign_in", "issue_token"}


def test_a_narrow_token_may_less(head):
    secret, _token = issue_token(head, label="看板", at=AT, only=["hazards.view"])
    actor = actor_of_token(secret, AT)
    path = actor.grants[0].org_path
    assert actor.may("hazards.view", path)
    assert not actor.may("hazards.open", path)
    with pytest.raises(Invalid):
        issue_token(head, label="x", at=AT, only=["everything"])
    with pytest.raises(Invalid):
        issue_token(head, label="x", at=AT, lasts=timedelta(days=400))


def test_tokens_end(county, head):
    secret, token = issue_token(head, label="x", at=AT)
    assert actor_of_token("anx_invented", AT) is None
    assert actor_of_token(secret, AT + timedelta(days=30)) is None
    with pytest.raises(Forbidden):
        revoke_token(token, actor=actor_of(make_user("他")), at=AT)
    revoke_token(token, actor=actor_of(head), at=AT)
    with pytest.raises(Conflict):
        revoke_token(token, actor=actor_of(head), at=AT)
    assert actor_of_token(secret, AT) is None


def test_s5_rights_and_locks_act_on_tokens_at_once(county, head):
    secret, _token = issue_token(head, label="x", at=AT)
    end_post(head.memberships.get(), actor=SYSTEM, at=AT)
    assert actor_of_token(secret, AT).grants == ()
    admin = actor_of(make_user("守", (county, "security_admin")))
    lock_account(head, reason="离职", actor=admin, at=AT)
    assert actor_of_token(secret, AT) is None
    unlock_account(head, actor=admin, at=AT)
    assert actor_of_token(secret, AT) is None


def test_no_token_goes_round_the_second_factor_or_the_first_password(county, settings):
    officer = make_user("安全科", (county, "county_safety"), username="anquan")
    claim = Claim("anquan", PASSWORD)
    with pytest.raises(Forbidden):
        sign_in_for_token(claim, at=AT)
    enrol_second_factor(officer, secret=TOTP_SECRET, code=totp_code(AT), at=AT)
    later = AT + timedelta(minutes=1)
    with pytest.raises(Invalid) as asked:
        sign_in_for_token(claim, at=later)
    assert "code" in asked.value.fields
    with pytest.raises(Invalid):
        sign_in_for_token(claim, at=later, code="000000")
    assert not Token.objects.exists()
    sign_in_for_token(claim, at=later, code=totp_code(later))
    make_user("新", username="xin", must_change_password=True)
    with pytest.raises(Forbidden):
        sign_in_for_token(Claim("xin", PASSWORD), at=AT)
    settings.ANXIAO_DEMO = True
    make_user("演", (county, "county_safety"), username="yan")
    assert sign_in_for_token(Claim("yan", PASSWORD), at=AT)


def test_own_tokens_are_listed_and_ended_on_the_web(client, head):
    _secret, token = issue_token(head, label="看板脚本", at=AT, lasts=timedelta(days=300))
    sign_in(client, head)
    assert "看板脚本" in client.get("/account/sessions").content.decode()
    assert client.post(f"/account/tokens/{token.pk}/revoke").status_code == 302
    assert "看板脚本" not in client.get("/account/sessions").content.decode()
    foreign = issue_token(make_user("他"), label="x", at=AT)[1]
    assert client.post(f"/account/tokens/{foreign.pk}/revoke").status_code == 404


def test_what_is_over_is_thrown_away(head):
    SignInLimit.objects.create(key="k", count=5, since=AT)
    assert forget_what_is_over(at=AT + timedelta(hours=1)) == 0
    assert forget_what_is_over(at=AT + timedelta(days=2)) == 1
    assert forget_what_is_over(at=AT + timedelta(days=2)) == 0


def test_an_older_token_opens_nothing_of_a_bureau_post_that_came_later(county, settings):
    """The token was made without a second factor; the post demands one."""
    settings.ANXIAO_DEMO = False
    school = make_school(county)
    user = make_user("兼任", (school, "principal"))
    plain, _token = issue_token(user, label="旧", at=AT, second_factor=False)
    proved, _token = issue_token(user, label="新", at=AT, second_factor=True)
    Membership.objects.create(user=user, org=county, role="county_safety", from_on=OPENED)
    assert {grant.role for grant in actor_of_token(plain, AT).grants} == {"principal"}
    assert {grant.role for grant in actor_of_token(proved, AT).grants} == {
        "principal",
        "county_safety",
    }
