"""The journey of the loop through the API alone, with photos: from sign-in to struck off."""

import uuid

from django.test import Client

from anxiao.foundation.journal.models import Entry
from tests.api.conftest import COMMITMENTS
from tests.builders import PASSWORD


def test_from_sign_in_to_struck_off(world):
    answer = Client().post(
        "/api/v1/token",
        {"username": world.users["officer"].username, "password": PASSWORD},
        "application/json",
    )
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["units"] == [
        {
            "id": world.school.pk,
            "name": "石门镇第一小学",
            "kind": "school",
            "county": world.county.pk,
            "roles": ["safety_officer"],
        }
    ]
    officer, principal = world.officer, world.principal
    officer.secret = body["token"]

    lists = officer.get("/checklists", unit=world.school.pk).json()
    fire = next(each for each in lists if each["code"] == "fire")
    wrong = next(item for item in fire["items"] if item["level"] == "ordinary")
    photo = officer.photo(10)
    answers = {item["code"]: {"a": "pass"} for item in fire["items"]}
    answers[wrong["code"]] = {"a": "fail", "note": "压力不足", "photos": [photo]}
    inspection = {
        "uuid": str(uuid.uuid4()),
        "unit": world.school.pk,
        "checklist": fire["id"],
        "kind": "self_check",
        "happened_on": "2026-11-23",
        "answers": answers,
    }
    first = officer.post("/inspections", inspection)
    assert first.status_code == 201, first.content
    receipt = first.json()
    assert (receipt["failed"], receipt["findings"][0]["item"]) == (1, wrong["code"])
    again = officer.post("/inspections", inspection)
    assert (again.status_code, again.json()) == (200, receipt)
    inspection["answers"][wrong["code"]]["note"] = "另一份"
    assert officer.post("/inspections", inspection).status_code == 409

    pk = receipt["findings"][0]["hazard"]
    hazard = officer.get(f"/hazards/{pk}").json()
    assert (hazard["state"], hazard["photos"][0]["uuid"]) == ("open", photo)
    assert any(task["title"] for task in principal.get("/me/today").json()["tasks"])

    step = f"/hazards/{pk}"
    assert officer.post(f"{step}/assign", COMMITMENTS).json()["state"] == "assigned"
    done = {"result": "已更换", "photos": [officer.photo(200)]}
    assert officer.post(f"{step}/submit", done).json()["state"] == "submitted"
    own = officer.post(f"{step}/close", opinion="已看")
    assert (own.status_code, own.json()["code"]) == (422, "invalid")
    assert principal.post(f"{step}/reject", reason="压力仍不足").json()["state"] == "assigned"
    done = {"result": "已全部更换", "photos": [officer.photo(220)]}
    assert officer.post(f"{step}/submit", done).json()["rejections"] == 1
    closed = principal.post(f"{step}/close", opinion="已到现场查看")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert closed.json()["closed_by_name"] == "principal"
    assert [photo["stage"] for photo in closed.json()["photos"]] == ["before", "after", "after"]
    assert principal.post(f"{step}/close", opinion="再来").status_code == 409

    ledger = world.bureau.get("/hazards", state="closed").json()
    assert [row["id"] for row in ledger["rows"]] == [pk]
    lines = Entry.objects.filter(subject="hazards.hazard", subject_id=pk).order_by("id")
    assert [line.action for line in lines] == [
        *("open", "assign", "submit", "reject", "submit", "close"),
    ]


def test_a_major_hazard_waits_for_its_four_and_its_upper_level(world):
    officer = world.officer
    opened = officer.post("/hazards", officer.hazard(level="major", level_reason="没有报警系统"))
    assert opened.status_code == 201, opened.content
    pk, missing = opened.json()["id"], opened.json()["missing"]
    four = ["interim_measure", "responsible_unit", "responsible_name", "due_on"]
    assert missing == four
    refused = officer.post(f"/hazards/{pk}/assign", COMMITMENTS)
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {"contingency", "interim_measure"}
    whole = {**COMMITMENTS, "contingency": "立即疏散", "interim_measure": "夜间专人值守"}
    assert officer.post(f"/hazards/{pk}/assign", whole).json()["missing"] == []
    done = {"result": "已安装", "no_photo_reason": "夜间"}
    assert officer.post(f"/hazards/{pk}/submit", done).status_code == 200
    unit = world.principal.post(f"/hazards/{pk}/close", opinion="已看")
    assert (unit.status_code, unit.json()["code"]) == (403, "forbidden")
    assert world.clerk.post(f"/hazards/{pk}/close", opinion="已看").json()["state"] == "closed"


def test_reported_up_taken_over_and_sent_back(world):
    officer, clerk = world.officer, world.clerk
    step = f"/hazards/{officer.post('/hazards', officer.hazard()).json()['id']}"
    assert officer.post(f"{step}/beyond_means", reason="管网老化").status_code == 200
    up = {"reason": "需改造管网", "interim_measure": "备足灭火器"}
    assert officer.post(f"{step}/report_up", up).json()["state"] == "reported"
    assert officer.post(f"{step}/accept_up", answer="自己受理").status_code == 403
    assert clerk.post(f"{step}/send_back", answer="学校可解决").json()["state"] == "open"
    assert officer.post(f"{step}/report_up", up).json()["state"] == "reported"
    taken = clerk.post(f"{step}/accept_up", answer="列入计划").json()
    assert (taken["state"], taken["clock_stopped_on"]) == ("accepted", "2026-11-23")
    assert [each["state"] for each in taken["asked"]] == ["approved", "refused"]


def test_what_one_asks_another_decides(world):
    officer, principal = world.officer, world.principal
    step = f"/hazards/{officer.post('/hazards', officer.hazard()).json()['id']}"
    assert officer.post(f"{step}/decide_extension", approve=True).status_code == 409
    officer.post(f"{step}/assign", COMMITMENTS)
    later = {"new_due_on": "2026-12-10", "reason": "等待采购"}
    asked = officer.post(f"{step}/request_extension", later)
    assert (asked.status_code, asked.json()["due_on"]) == (200, "2026-11-30")
    assert officer.post(f"{step}/decide_extension", approve=True).status_code == 422
    no_reason = principal.post(f"{step}/decide_extension", approve=False)
    assert (no_reason.status_code, set(no_reason.json()["fields"])) == (422, {"answer"})
    granted = principal.post(f"{step}/decide_extension", approve=True).json()
    assert granted["due_on"] == "2026-12-10"

    end = {"kind": "void", "reason": "重复登记"}
    assert officer.post(f"{step}/request_end", end).status_code == 200
    assert officer.post(f"{step}/decide_end", approve=True).status_code == 422
    assert principal.post(f"{step}/decide_end", approve=True).json()["state"] == "void"


def test_merged_graded_supervised_commented_and_reopened(world):
    officer, principal, bureau = world.officer, world.principal, world.bureau
    target = officer.post("/hazards", officer.hazard(description="原有的一项")).json()
    step = f"/hazards/{officer.post('/hazards', officer.hazard()).json()['id']}"
    end = {"kind": "merge", "reason": "同一处", "into": "2026-9999"}
    assert set(officer.post(f"{step}/request_end", end).json()["fields"]) == {"into"}
    assert officer.post(f"{step}/request_end", {**end, "into": target["number"]}).status_code == 200
    merged = principal.post(f"{step}/decide_end", approve=True).json()
    assert (merged["state"], merged["merged_into"]) == ("merged", target["id"])

    step = f"/hazards/{target['id']}"
    unknown = officer.post(f"{step}/grade", level="major", criterion="没有这条")
    assert set(unknown.json()["fields"]) == {"criterion"}
    assert (
        officer.post(f"{step}/grade", level="major", reason="危及宿舍").json()["level"] == "major"
    )
    assert officer.post(f"{step}/supervise", reason="限期").status_code == 403
    watched = bureau.post(f"{step}/supervise", reason="限期一周").json()
    assert watched["supervised_on"] == "2026-11-23"
    said = officer.post(f"{step}/comment", text="已联系厂家").json()
    assert [each["text"] for each in said["comments"]] == ["已联系厂家"]

    whole = {**COMMITMENTS, "contingency": "疏散", "interim_measure": "值守"}
    officer.post(f"{step}/assign", whole)
    officer.post(f"{step}/submit", result="已整改", no_photo_reason="夜间")
    world.clerk.post(f"{step}/close", opinion="已看")
    assert world.clerk.post(f"{step}/reopen", reason="复查不实").json()["state"] == "open"
