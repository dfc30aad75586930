"""``GET /duties/status`` for programs."""

from datetime import date

import pytest
from ninja.testing import TestClient

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.errors import Forbidden
from anxiao.loop.duties.api import StatusOut, router
from anxiao.loop.duties.services import record_evidence
from tests.builders import AT, TODAY, actor_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def client():
    return TestClient(router)


def ask(client, actor, **query):
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return client.get(f"/duties/status?{words}", actor=actor, at=AT)


def test_a_units_duties_stand_as_on_its_page(place, plan, client):
    record_evidence(
        unit=place.school,
        kind="drill.evacuation",
        happened_on=TODAY,
        source="a:1",
        at=AT,
        actor=SYSTEM,
    )
    answer = ask(client, place.principal, unit=place.school.pk)
    assert answer.status_code == 200
    body = answer.json()
    assert StatusOut.model_validate_json(answer.content).model_dump(mode="json") == body
    assert (body["unit"], body["on"], len(body["duties"])) == (place.school.pk, "2026-11-23", 5)
    drill = body["duties"][0]
    assert (drill["duty"], drill["status"], drill["done"], drill["due_on"]) == (
        "2.1.f-1",
        "met",
        1,
        "2026-12-03",
    )
    earlier = ask(client, place.principal, unit=place.school.pk, on=date(2026, 10, 1)).json()
    assert {each["status"] for each in earlier["duties"]} == {"due", "not_owed"}


def test_a_neighbour_is_not_found_and_a_stranger_refused(place, plan, client):
    assert ask(client, place.principal, unit=place.second.pk).status_code == 404
    cleaner = actor_of(make_user("无岗"))
    with pytest.raises(Forbidden):
        ask(client, cleaner, unit=place.school.pk)


def test_it_costs_four_statements(place, plan, client, django_assert_num_queries):
    ask(client, place.principal, unit=place.school.pk)
    with django_assert_num_queries(4):
        ask(client, place.principal, unit=place.school.pk)


def test_a_bad_day_is_answered(place, plan, client):
    assert ask(client, place.principal, unit=place.school.pk, on="gestern").status_code == 422
