"""Two mergers at once, with real threads on both databases: neither waits for the other forever."""

import pytest

from anxiao.foundation.kernel.errors import Invalid, StaleState
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import merge_org
from tests.builders import AT, actor_of, make_county, make_school, make_user
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(5))
def test_two_schools_merged_into_each_other_at_once(transactional_db, _round):
    county = make_county()
    bureau = actor_of(make_user("安全科", (county, "county_safety")))
    one, other = make_school(county), make_school(county)

    def merging(org, into):
        mine, theirs = (Org.objects.get(pk=each.pk) for each in (org, into))
        return lambda: merge_org(mine, theirs, reason="合并", actor=bureau, at=AT)

    answers = at_once(merging(one, other), merging(other, one))

    (lost,) = [answer for answer in answers if answer is not None]
    assert isinstance(lost, Invalid | StaleState)
    pair = Org.objects.filter(pk__in=(one.pk, other.pk)).order_by("state")
    assert list(pair.values_list("state", flat=True)) == ["active", "merged"]
