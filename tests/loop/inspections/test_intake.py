"""Everything or nothing, once; what is wrong becomes a hazard, what was done becomes evidence."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.files.services import store_signature
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.states import HazardState
from anxiao.loop.inspections.models import Finding, Inspection, LatePhoto
from anxiao.loop.inspections.rules import former_fingerprint
from anxiao.loop.inspections.services import attach_photos, intake, submit_inspection
from tests.builders import AT, TODAY, actor_of, make_user
from tests.loop.inspections.rows import count
from tests.loop.inspections.world import World, plain_codes, signature

pytestmark = pytest.mark.django_db


def test_a_clean_check_is_one_row_and_one_proof(world):
    inspection, created = submit_inspection(world.submitted(), actor=world.officer, at=AT)
    assert created
    assert count() == [1, 0, 0, 1]
    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.unit_id) == ("inspection.gate", world.school.pk)
    assert evidence.happened_on == TODAY
    assert inspection.passed == len(world.gate.items)
    assert inspection.finished_at == AT
    assert Entry.objects.filter(action="submit", subject="inspections.inspection").count() == 1


def test_a_check_that_names_no_place_invents_none(world):
    form = world.submitted({plain_codes(world.gate)[0]: "门卫室无人"})
    submit_inspection(form, actor=world.officer, at=AT)
    _again, created = submit_inspection(form, actor=world.officer, at=AT)
    assert not created
    assert Hazard.objects.get().place_text == "地点未写明"


def test_a_failed_item_opens_a_hazard_that_is_already_filled(world):
    code = plain_codes(world.gate)[0]
    item = next(item for item in world.gate.items if item["code"] == code)
    form = world.submitted({code: "门卫室无人"}, point_id=world.point.pk)
    inspection, _created = submit_inspection(form, actor=world.officer, at=AT)
    hazard = Hazard.objects.get()
    assert hazard.description == "门卫室无人"
    assert (hazard.point, hazard.place) == (world.point, world.place)
    assert hazard.place_text == "教学楼 校门"
    assert (hazard.source, hazard.level) == ("self_check", item["level"])
    assert hazard.suggested_measure == item["suggest"]
    assert hazard.suggested_days == item["days"]
    assert hazard.photos.count() == 1
    assert hazard.found_on == TODAY
    assert Finding.objects.get().inspection == inspection
    assert inspection.failed == 1


def test_a_major_item_is_entered_as_major_with_its_reason(world):
    checklist = next(
        row
        for row in type(world.fire).objects.filter(owner=None)
        if any(item["level"] == "major" for item in row.items)
    )
    item = next(item for item in checklist.items if item["level"] == "major")
    form = world.submitted({item["code"]: "安全出口锁闭"}, checklist=checklist)
    submit_inspection(form, actor=world.officer, at=AT)
    hazard = Hazard.objects.get()
    assert hazard.level == "major"
    assert hazard.criterion_id or hazard.level_reason


def test_a_second_failure_at_the_same_point_joins_the_live_hazard(world):
    code = plain_codes(world.gate)[0]
    for day in (0, 1):
        form = world.submitted({code: f"第 {day} 天"}, point_id=world.point.pk)
        submit_inspection(form, actor=world.officer, at=AT + timedelta(minutes=day))
    assert count() == [2, 2, 1, 2]
    hazard = Hazard.objects.get()
    assert hazard.findings.count() == 2
    assert "仍不合格" in hazard.comments.get().text
    elsewhere = world.make_point(world.school, world.officer, name="南门")
    submit_inspection(
        world.submitted({code: "南门"}, point_id=elsewhere.pk), actor=world.officer, at=AT
    )
    assert Hazard.objects.count() == 2
    Hazard.objects.filter(pk=hazard.pk).update(state=HazardState.VOID, ended_at=AT)
    submit_inspection(
        world.submitted({code: "又坏了"}, point_id=world.point.pk), actor=world.officer, at=AT
    )
    assert Hazard.objects.count() == 3


def test_a_guard_joins_a_hazard_that_only_others_may_read(world):
    code = plain_codes(world.gate)[0]
    submit_inspection(world.submitted({code: "坏"}), actor=world.officer, at=AT)
    form = replace(
        world.submitted(), answers=world.submitted().answers | {code: {"a": "fail", "note": "还坏"}}
    )
    item = next(item for item in world.gate.items if item["code"] == code)
    if item["photo"]:
        form.answers[code]["photos"] = [str(world.photo(world.guard).uuid)]
    submit_inspection(form, actor=world.guard, at=AT)
    assert count() == [2, 2, 1, 2]
    assert not Hazard.objects.get().comments.exists()


def test_sent_twice_it_is_stored_once(world):
    form = world.submitted({plain_codes(world.gate)[0]: "坏"})
    first, created = submit_inspection(form, actor=world.officer, at=AT)
    again, created_again = submit_inspection(form, actor=world.officer, at=AT + timedelta(hours=1))
    assert (created, created_again) == (True, False)
    assert first == again
    assert count() == [1, 1, 1, 1]


def test_what_an_older_version_stored_is_known_when_it_is_sent_again(world, monkeypatch):
    form = world.submitted({plain_codes(world.gate)[0]: "坏"})
    with monkeypatch.context() as older:
        older.setattr(intake, "fingerprint", former_fingerprint)
        first, _created = submit_inspection(form, actor=world.officer, at=AT)
    again, created = submit_inspection(form, actor=world.officer, at=AT)
    assert (again.pk, created) == (first.pk, False)


def test_another_body_under_the_same_uuid_is_refused(world):
    form = world.submitted()
    submit_inspection(form, actor=world.officer, at=AT)
    with pytest.raises(Conflict, match="另一份检查记录"):
        submit_inspection(replace(form, remarks="改过"), actor=world.officer, at=AT)
    with pytest.raises(NotFound):
        submit_inspection(form, actor=world.guard, at=AT)
    assert count() == [1, 0, 0, 1]


def test_nothing_stays_when_a_late_part_fails(world, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr("anxiao.loop.inspections.services.storing.record_facts", broken)
    form = world.submitted({plain_codes(world.gate)[0]: "坏"})
    journal = Entry.objects.count()
    with pytest.raises(DatabaseError):
        submit_inspection(form, actor=world.officer, at=AT)
    assert count() == [0, 0, 0, 0]
    assert Entry.objects.count() == journal


def test_a_photo_that_is_not_there_or_not_mine_stores_nothing(world):
    code = plain_codes(world.gate)[0]
    for photo in (uuid.uuid4(), world.photo(world.guard).uuid, "不是编号"):
        form = world.submitted()
        form.answers[code] = {"a": "fail", "note": "坏", "photos": [str(photo)]}
        with pytest.raises(Invalid) as caught:
            submit_inspection(form, actor=world.officer, at=AT)
        assert "photos" in caught.value.fields
    assert count() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("fields", "at_field"),
    [
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        ({"happened_on": TODAY - timedelta(days=3)}, "late_reason"),
        ({"kind": "walk"}, "kind"),
        ({"kind": "superior"}, "kind"),
        ({"remarks": "长" * 301}, "remarks"),
        ({"companions": "长" * 121}, "companions"),
        ({"latitude": 91.0}, "latitude"),
        ({"latitude": float("nan")}, "latitude"),
        ({"answers": {}}, "gate-01"),
        ({"checklist_id": 0}, "checklist"),
        ({"place_id": 0}, "place"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(world, fields, at_field):
    with pytest.raises(Invalid) as caught:
        submit_inspection(replace(world.submitted(), **fields), actor=world.officer, at=AT)
    assert at_field in caught.value.fields
    assert count() == [0, 0, 0, 0]


def test_a_late_entry_says_why_and_counts_on_its_day(world):
    day = TODAY - timedelta(days=5)
    form = replace(world.submitted(), happened_on=day, late_reason="停电，补录")
    submit_inspection(form, actor=world.officer, at=AT)
    evidence = Evidence.objects.get()
    assert (evidence.happened_on, evidence.late_reason) == (day, "停电，补录")


def test_only_what_does_not_apply_is_no_check(world):
    answers = {item["code"]: {"a": "na"} for item in world.gate.items}
    with pytest.raises(Invalid) as caught:
        submit_inspection(replace(world.submitted(), answers=answers), actor=world.officer, at=AT)
    assert "answers" in caught.value.fields


def test_a_point_of_another_unit_is_refused(world):
    foreign = world.make_point(world.neighbour, world.stranger)
    with pytest.raises(Invalid) as caught:
        submit_inspection(world.submitted(point_id=foreign.pk), actor=world.officer, at=AT)
    assert "point" in caught.value.fields


def test_another_units_people_are_told_nothing(world):
    with pytest.raises(NotFound):
        submit_inspection(world.submitted(), actor=world.stranger, at=AT)
    staff = actor_of(make_user("教工", (world.school, "staff")))
    with pytest.raises(Forbidden):
        submit_inspection(world.submitted(), actor=staff, at=AT)


def test_nobody_from_above_files_a_units_own_check(world):
    for actor in (world.clerk, world.town_officer):
        with pytest.raises(Invalid) as caught:
            submit_inspection(world.submitted(), actor=actor, at=AT)
        assert "kind" in caught.value.fields
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("kind", ["superior", "joint"])
def test_both_sides_sign_what_they_saw_together(world, kind):
    form = world.submitted(kind=kind)
    with pytest.raises(Invalid) as caught:
        submit_inspection(form, actor=world.town_officer, at=AT)
    assert {"inspector_signature", "inspected_signature"} <= set(caught.value.fields)
    signed = [
        store_signature(
            actor=world.town_officer,
            at=AT,
            org=world.school,
            uuid=uuid.uuid4(),
            data_url=signature(),
        )
        for _side in range(2)
    ]
    form = replace(
        form,
        inspector_signature=signed[0].uuid,
        inspected_signature=signed[1].uuid,
        inspected_name="安然",
    )
    inspection, _created = submit_inspection(form, actor=world.town_officer, at=AT)
    assert inspection.inspected_signature == signed[1]
    assert Evidence.objects.get().kind == "inspection.superior"


def test_an_upper_finding_is_verified_above(world):
    form = world.submitted({plain_codes(world.gate)[0]: "坏"}, kind="superior")
    photo = world.photo(world.town_officer)
    for given in form.answers.values():
        given["photos"] = [str(photo.uuid)] if given["a"] == "fail" else []
    form = replace(form, unsigned_reason="纸质签字存档")
    submit_inspection(form, actor=world.town_officer, at=AT)
    assert Hazard.objects.get().source == "superior"


def test_the_same_number_of_queries_whatever_the_number_of_items(world):
    costs = []
    for number in (8, 30):
        items = [
            {"code": f"x-{n:02d}", "text": f"第 {n} 项", "look": "看", "level": "ordinary"}
            for n in range(number)
        ]
        checklist = type(world.gate).objects.create(
            code=f"x{number}",
            title="试",
            clause="2.2.a",
            key_part="gate",
            category="other",
            cadence="weekly",
            minutes=5,
            items=items,
            state="published",
            published_at=AT,
        )
        form = world.submitted(checklist=checklist)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            submit_inspection(form, actor=world.officer, at=AT)
        costs.append(len(caught))
    assert costs[0] == costs[1]
    assert costs[0] <= 25


def changed(row, field):
    """Another value for one column of a stored row."""
    value = getattr(row, field.attname)
    if field.is_relation:
        return (value or 0) + 1
    other = {
        "CharField": "别的",
        "JSONField": {"x": {"a": "pass"}},
        "UUIDField": uuid.uuid4(),
        "DateField": TODAY - timedelta(days=9),
        "DateTimeField": AT - timedelta(days=9),
        "DecimalField": 12,
        "PositiveSmallIntegerField": 77,
    }[field.get_internal_type()]
    assert other != value
    return other


def test_the_database_refuses_to_change_any_part_of_a_record(world, kept_records):
    form = world.submitted({plain_codes(world.gate)[0]: "坏"}, point_id=world.point.pk)
    inspection, _created = submit_inspection(form, actor=world.officer, at=AT)
    photo = world.photo(colour=7)
    attach_photos(inspection, world.gate.items[1]["code"], [photo.uuid], actor=world.officer, at=AT)
    for row in (inspection, Finding.objects.get(), LatePhoto.objects.get()):
        rows = type(row).objects.filter(pk=row.pk)
        before = rows.values().get()
        for field in row._meta.concrete_fields:
            if field.primary_key:
                continue
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                rows.update(**{field.attname: changed(row, field)})
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows._raw_delete(rows.db)
        assert rows.values().get() == before
    Inspection.objects.filter(pk=inspection.pk).update(remarks=inspection.remarks)


@pytest.mark.django_db(transaction=True)
def test_two_phones_sending_the_same_at_once_store_it_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database in a file")
    world = World()
    form = world.submitted({plain_codes(world.gate)[0]: "坏"})
    answers, gate = [], threading.Barrier(2)

    def send():
        try:
            gate.wait(10)
            answers.append(submit_inspection(form, actor=world.officer, at=AT))
        except Exception as fault:
            answers.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(created for _row, created in answers) == [False, True]
    assert count() == [1, 1, 1, 1]
