"""R6: one UUID sent a hundred times by many threads is one record; another body or person is not.

A body that is refused is kept in its sender's box, whole: bodies lost 0.
"""

from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.journal.models import Entry
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from anxiao.project.api import DEAR, REQUESTS
from tests.api.box import one_failure
from tests.api.conftest import World
from tests.together import at_once

THREADS, EACH = 20, 5


@pytest.fixture
def crowd(transactional_db, settings, tmp_path, monkeypatch):
    """The county, with people who may ask as often as they like."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database of their own: set ANXIAO_TEST_SQLITE to a file")
    settings.MEDIA_ROOT = tmp_path
    for limiter in (REQUESTS, DEAR):
        monkeypatch.setattr(limiter, "per_minute", 6e9)
        monkeypatch.setattr(limiter, "burst", 10**9)
    return World()


def hazard(world):
    return world.officer.hazard(found_on=str(timezone.localdate()))


KINDS = {
    "inspection": ("/inspections", one_failure, Inspection, "inspections.inspection", "submit"),
    "hazard": ("/hazards", hazard, Hazard, "hazards.hazard", "open"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_r6_a_hundred_times_in_parallel_is_one_record(crowd, kind):
    path, body_of, model, subject, action = KINDS[kind]
    body = body_of(crowd)

    def send():
        return [crowd.officer.send(path, body) for _ in range(EACH)]

    answers = [answer for sent in at_once(*[send] * THREADS) for answer in sent]
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 99}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert model.objects.filter(uuid=body["uuid"]).count() == 1
    assert Hazard.objects.count() == 1
    assert Evidence.objects.count() == (kind == "inspection")
    assert Entry.objects.filter(subject=subject, action=action).count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_r6_bodies_that_differ_race_and_each_is_stored_or_refused_in_words(crowd, kind):
    path, body_of, model, _subject, _action = KINDS[kind]
    body = body_of(crowd)
    field = "remarks" if kind == "inspection" else "description"
    bodies = [{**body, field: f"第 {n} 份"} for n in range(8)]
    answers = at_once(*[lambda sent=sent: crowd.officer.send(path, sent) for sent in bodies])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    won = next(sent for sent, got in zip(bodies, answers, strict=True) if got.status_code == 201)
    assert getattr(model.objects.get(uuid=body["uuid"]), field) == won[field]
    told = {answer.json()["message"] for answer in answers if answer.status_code == 409}
    assert len(told) == 1
    assert "待核对" in told.pop()
    links = {answer.json()["link"] for answer in answers if answer.status_code == 409}
    box = crowd.officer.get("/me/conflicts").json()
    assert {kept["link"] for kept in box} == links
    lost = [sent for sent in bodies if sent is not won]
    for kept in box:
        lost.remove(kept["body"])
    assert lost == [], "bodies lost 0"
    kept = box[0]
    saves = [lambda: crowd.officer.post(f"/me/conflicts/{kept['id']}/save", {"late_reason": ""})]
    assert Counter(answer.status_code for answer in at_once(*saves * 8)) == {200: 1, 409: 7}
    assert model.objects.filter(**{field: kept["body"][field]}).count() == 1
    assert len(crowd.officer.get("/me/conflicts").json()) == 6


def test_r6_a_refused_body_sent_a_hundred_times_is_kept_once(crowd):
    body = one_failure(crowd)
    assert crowd.officer.post("/inspections", body).status_code == 201
    other = {**body, "remarks": "另一份"}

    def send():
        return [crowd.officer.send("/inspections", other) for _ in range(EACH)]

    answers = [answer for sent in at_once(*[send] * THREADS) for answer in sent]
    assert {answer.status_code for answer in answers} == {409}
    assert len({answer.json()["link"] for answer in answers}) == 1
    (kept,) = crowd.officer.get("/me/conflicts").json()
    assert kept["body"] == other


@pytest.mark.parametrize("kind", KINDS)
def test_r6_another_persons_uuid_is_not_found(crowd, kind):
    path, body_of, model, _subject, _action = KINDS[kind]
    body = body_of(crowd)
    assert crowd.officer.post(path, body).status_code == 201
    assert crowd.principal.post(path, body).status_code == 404
    assert crowd.stranger.post(path, {**body, "unit": crowd.neighbour.pk}).status_code == 404
    assert model.objects.filter(uuid=body["uuid"]).count() == 1
    assert not Refused.objects.exists()
