"""Pages of units: what they show, to whom, at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anxiao.foundation.orgs.models import Org
from tests.builders import make_county, make_school, make_town, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def town(county):
    return make_town(county)


@pytest.fixture
def school(town):
    return make_school(town, "石门小学")


@pytest.fixture
def bureau(client, county):
    return sign_in(client, make_user("安全科", (county, "county_safety")))


def test_home_leads_to_the_unit_of_the_current_post(client, school):
    sign_in(client, make_user("校长", (school, "principal")))
    response = client.get(reverse("orgs:home"))
    assert response.headers["Location"] == reverse("orgs:detail", args=[school.pk])


def test_the_page_of_a_unit_shows_what_may_be_done(bureau, school):
    page = bureau.get(reverse("orgs:detail", args=[school.pk])).content.decode()
    for name in ("orgs:edit", "orgs:rename", "orgs:merge", "orgs:close", "orgs:calendar"):
        assert reverse(name, args=[school.pk]) in page


def test_a_head_sees_no_buttons_that_would_be_refused(client, school):
    sign_in(client, make_user("校长", (school, "principal")))
    page = client.get(reverse("orgs:detail", args=[school.pk])).content.decode()
    assert reverse("orgs:edit", args=[school.pk]) in page
    assert reverse("orgs:close", args=[school.pk]) not in page
    assert client.get(reverse("orgs:close", args=[school.pk])).status_code == 403


def test_a_neighbour_is_not_there(client, town, school):
    sign_in(client, make_user("邻", (make_school(town), "principal")))
    for name in ("detail", "edit", "calendar"):
        assert client.get(reverse(f"orgs:{name}", args=[school.pk])).status_code == 404


def test_a_guard_has_no_business_there_and_a_stranger_signs_in(client, school):
    url = reverse("orgs:detail", args=[school.pk])
    assert client.get(url).status_code == 302
    sign_in(client, make_user("保安", (school, "guard")))
    assert client.get(url).status_code == 403


def test_found_edit_rename_close_reopen(bureau, county, town, school):
    new = {"kind": "kindergarten", "name": "新幼儿园", "opened_on": "2026-11-01"}
    assert bureau.post(reverse("orgs:new", args=[town.pk]), new).status_code == 302
    made = Org.objects.get(name="新幼儿园")
    profile = {
        "stages": ["kindergarten"],
        "ownership": "private",
        "pupils": "90",
        "is_boarding": "False",
        "has_canteen": "True",
        "buses": "1",
        "has_labs": "False",
        "has_construction": "False",
        "heating": "central",
    }
    assert bureau.post(reverse("orgs:edit", args=[made.pk]), profile).status_code == 302
    made.profile.refresh_from_db()
    assert (made.profile.pupils, made.profile.has_canteen) == (90, True)
    wrong = {**profile, "boarders": "91", "is_boarding": "True"}
    refused = bureau.post(reverse("orgs:edit", args=[made.pk]), wrong)
    assert refused.status_code == 200
    assert "不能多于在校生数" in refused.content.decode()
    assert 'value="91"' in refused.content.decode()
    bureau.post(reverse("orgs:rename", args=[made.pk]), {"name": "阳光幼儿园"})
    bureau.post(reverse("orgs:close", args=[made.pk]), {"reason": "停办"})
    made.refresh_from_db()
    assert (made.name, made.state) == ("阳光幼儿园", "closed")
    bureau.post(reverse("orgs:reopen", args=[made.pk]), {"reason": "复办"})
    bureau.post(reverse("orgs:merge", args=[made.pk]), {"into": school.pk, "reason": "合并"})
    made.refresh_from_db()
    assert (made.state, made.merged_into) == ("merged", school)
    page = bureau.get(reverse("orgs:detail", args=[made.pk])).content.decode()
    assert "已并入石门小学" in page
    assert "曾用名" in page


def test_terms_and_days_on_the_web(bureau, county):
    url = reverse("orgs:calendar", args=[county.pk])
    term = {
        "form": "term",
        "term-name": "第一学期",
        "term-starts_on": "2026-09-01",
        "term-ends_on": "2027-01-22",
    }
    assert bureau.post(url, term).status_code == 302
    refused = bureau.post(url, term)
    assert refused.status_code == 200
    assert "重叠" in refused.content.decode()
    day = {"form": "day", "day-day": "2026-11-24", "day-kind": "holiday", "day-reason": "大雪"}
    assert bureau.post(url, day).status_code == 302
    page = bureau.get(url).content.decode()
    assert "第一学期" in page
    assert "大雪" in page
    term_pk, day_pk = county.terms.get().pk, county.day_overrides.get().pk
    assert bureau.get(reverse("orgs:remove-term", args=[term_pk])).status_code == 405
    bureau.post(reverse("orgs:remove-term", args=[term_pk]))
    bureau.post(reverse("orgs:clear-day", args=[day_pk]))
    assert not county.terms.exists()
    assert not county.day_overrides.exists()


def test_a_year_that_is_not_announced_is_said(bureau, county):
    page = bureau.get(reverse("orgs:calendar", args=[county.pk]), {"year": "2028"})
    assert "还没有公布" in page.content.decode()
    assert (
        "还没有公布"
        not in bureau.get(
            reverse("orgs:calendar", args=[county.pk]), {"year": "2026"}
        ).content.decode()
    )


def test_a_head_cannot_touch_the_countys_days(client, bureau, county, school):
    day = {"form": "day", "day-day": "2026-11-24", "day-kind": "holiday", "day-reason": "雪"}
    bureau.post(reverse("orgs:calendar", args=[county.pk]), day)
    pk = county.day_overrides.get().pk
    sign_in(client, make_user("校长", (school, "principal")))
    assert client.post(reverse("orgs:clear-day", args=[pk])).status_code == 404
    assert county.day_overrides.exists()


def test_pages_cost_the_same_with_one_and_three_rows(bureau, county, town):
    def cost(url):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert bureau.get(url).status_code == 200
        return len(taken)

    urls = [reverse("orgs:detail", args=[town.pk]), reverse("orgs:calendar", args=[county.pk])]
    make_school(town)
    day = {"form": "day", "day-kind": "holiday", "day-reason": "雪"}
    calendar = reverse("orgs:calendar", args=[county.pk])
    bureau.post(calendar, {**day, "day-day": "2026-11-24"})
    once = [cost(url) for url in urls]
    for number in (25, 26):
        make_school(town)
        bureau.post(calendar, {**day, "day-day": f"2026-11-{number}"})
    assert [cost(url) for url in urls] == once
