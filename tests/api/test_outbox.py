"""A phone's outbox in one request: each record for itself, once, one commit for all."""

import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.journal.models import Entry
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Checklist, Inspection
from anxiao.loop.inspections.rules import hazard_uuid


def outbox(world, count):
    unit = world.officer.user.memberships.get().org_id
    checklist = Checklist.objects.get(code="gate")
    answers = {item["code"]: {"a": "pass"} for item in checklist.items}
    wrong = next(item["code"] for item in checklist.items if not item["photo"])
    return [
        {
            "uuid": str(uuid.uuid4()),
            "unit": unit,
            "checklist": checklist.pk,
            "kind": "self_check",
            "happened_on": "2026-11-23",
            "answers": {**answers, wrong: {"a": "fail", "note": f"第 {n} 次"}},
        }
        for n in range(count)
    ]


def counts():
    return [each.objects.count() for each in (Inspection, Hazard, Evidence)]


def test_each_record_gets_the_receipt_it_would_have_had_alone(world):
    records = outbox(world, 3)
    answer = world.officer.post("/inspections/batch", {"inspections": records})
    assert answer.status_code == 200
    taken = answer.json()
    assert [each["uuid"] for each in taken] == [each["uuid"] for each in records]
    assert [each["status"] for each in taken] == [201, 201, 201]
    assert counts() == [3, 1, 3]  # the same item again joins the hazard that is still open
    alone = world.officer.post("/inspections", records[0])
    assert alone.json() == taken[0]["receipt"]


def test_sent_again_nothing_is_stored_twice(world):
    records = outbox(world, 3)
    first, again = (
        world.officer.post("/inspections/batch", {"inspections": records}).json() for _ in range(2)
    )
    assert [each["status"] for each in again] == [200, 200, 200]
    assert [each["receipt"] for each in again] == [each["receipt"] for each in first]
    assert counts() == [3, 1, 3]
    assert Entry.objects.filter(action="submit", subject="inspections.inspection").count() == 3


def test_a_record_refused_keeps_back_no_other(world):
    good, bad, last = outbox(world, 3)
    bad["answers"] = {**bad["answers"], "strange-01": {"a": "pass"}}
    taken = world.officer.post("/inspections/batch", {"inspections": [good, bad, last]}).json()
    assert [each["status"] for each in taken] == [201, 422, 201]
    assert "strange-01" in taken[1]["problem"]["fields"]
    assert taken[1]["receipt"] is None
    assert counts() == [2, 1, 2]


def test_the_same_uuid_with_another_body_is_refused_inside_one_request_too(world):
    (record,) = outbox(world, 1)
    taken = world.officer.post(
        "/inspections/batch", {"inspections": [record, {**record, "remarks": "另一份"}]}
    ).json()
    assert [each["status"] for each in taken] == [201, 409]
    assert counts() == [1, 1, 1]


def test_another_unit_is_not_known_and_no_outbox_is_empty_or_endless(world):
    own, foreign = outbox(world, 2)
    foreign["unit"] = 10**9
    taken = world.officer.post("/inspections/batch", {"inspections": [own, foreign]}).json()
    assert [each["status"] for each in taken] == [201, 404]
    assert world.officer.post("/inspections/batch", {"inspections": []}).status_code == 422
    many = {"inspections": outbox(world, 31)}
    assert world.officer.post("/inspections/batch", many).status_code == 422
    assert counts() == [1, 1, 1]


def test_twenty_records_cost_the_statements_of_two(world, django_capture_on_commit_callbacks):
    world.officer.get("/checklists?unit=0")  # its token's last use is noted
    costs = []
    for number in (1, 2, 20, 1):  # the first reads the checklist, which the process then keeps
        Hazard.objects.update(origin="")
        body = {"inspections": outbox(world, number)}
        kept = django_capture_on_commit_callbacks(execute=True)
        with kept, CaptureQueriesContext(connection) as caught:
            answer = world.officer.post("/inspections/batch", body)
        assert {each["status"] for each in answer.json()} == {201}
        costs.append(len(caught))
    held = connection.vendor == "postgresql"  # the unit's row; SQLite has one writer anyhow
    assert costs == [16 + held, 17 + held, 17 + held, 15 + held]


def test_one_that_cannot_be_written_keeps_back_no_other_and_takes_no_number(world):
    records = outbox(world, 3)
    for n, record in enumerate(records):
        record["answers"] = {**record["answers"]}
        codes = [code for code, given in record["answers"].items() if given["a"] == "pass"]
        record["answers"][codes[n]] = {"a": "fail", "note": f"另一处 {n}"}
    wrong = next(
        code for code, given in records[1]["answers"].items() if given.get("note") == "另一处 1"
    )
    squatter = {
        "uuid": str(hazard_uuid(uuid.UUID(records[1]["uuid"]), wrong)),
        "unit": records[1]["unit"],
        "source": "self_check",
        "category": "other",
        "description": "占用编号",
        "place_text": "校门",
        "found_on": "2026-11-23",
    }
    assert world.officer.post("/hazards", squatter).status_code == 201
    taken = world.officer.post("/inspections/batch", {"inspections": records}).json()
    assert [each["status"] for each in taken] == [201, 409, 201]
    (kept,) = world.officer.get("/me/conflicts").json()
    assert (kept["body"], kept["link"]) == (records[1], taken[1]["problem"]["link"])
    assert counts() == [2, 4, 2]
    assert sorted(Hazard.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]
    assert Entry.objects.filter(action="submit", subject="inspections.inspection").count() == 2


def test_photos_may_follow_an_outbox_too(world):
    (record,) = outbox(world, 1)
    wrong = next(code for code, given in record["answers"].items() if given["a"] == "fail")
    photo = str(uuid.uuid4())
    record["answers"][wrong]["photos"] = [photo]
    taken = world.officer.post("/inspections/batch", {"inspections": [record]}).json()
    assert [(each["status"], each["receipt"]["awaited"]) for each in taken] == [(201, [photo])]
