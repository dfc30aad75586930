"""The demo county has a house of its own."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from anxiao.foundation.accounts.models import User
from anxiao.foundation.orgs.models import Org
from tests.builders import PASSWORD, make_county, make_user


def test_a_real_county_is_never_mixed_with_the_demo(db):
    make_county("青山区")
    before = Org.objects.count(), User.objects.count()
    with pytest.raises(CommandError, match="ANXIAO_DATA"):
        call_command("demo", quiet=True)
    assert (Org.objects.count(), User.objects.count()) == before


@pytest.mark.parametrize(("demo", "status"), [(True, 302), (False, 200)])
def test_a_demo_account_signs_in_to_a_demo_only(db, demo, status):
    user = make_user("演示", (make_county(), "safety_officer"), is_demo=True)
    with override_settings(ANXIAO_DEMO=demo):
        told = {"username": user.username, "password": PASSWORD}
        answer = Client().post("/account/sign-in", told)
    assert (answer.status_code == status) or (not demo and answer.status_code in {200, 422})
    assert ("_auth_user_id" in answer.client.session) is demo
