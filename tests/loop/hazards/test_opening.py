"""Entering a hazard: once, numbered, late entries marked, major ones with their four."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxiao.foundation.messaging.models import Message
from anxiao.foundation.places.models import Place
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Hazard, LedgerYear
from anxiao.loop.hazards.queries import lacking
from tests.builders import AT, TODAY
from tests.loop.hazards.world import DUE

FOUR = ("interim_measure", "responsible_unit", "responsible_name", "due_on")


def open_(world, found, actor=None):
    return services.open_hazard(found, actor=actor or world.officer, at=AT)


def test_numbers_run_per_unit_and_year_without_gaps(world):
    assert [world.open().number for _ in range(3)] == ["2026-0001", "2026-0002", "2026-0003"]
    with pytest.raises(Invalid):
        world.open(description=" ")
    assert world.open().number == "2026-0004"
    assert world.open(org=world.neighbour, actor=world.stranger).number == "2026-0001"
    last_year = world.open(found_on=TODAY.replace(year=2025), late_reason="补")
    assert last_year.number == "2025-0001"


def test_a_failed_transaction_gives_its_number_back(world):
    with pytest.raises(RuntimeError), transaction.atomic():
        world.open()
        raise RuntimeError
    assert world.open().number == "2026-0001"


def test_the_same_uuid_with_the_same_content_is_one_hazard(world):
    found = world.found()
    first, again = open_(world, found), open_(world, found)
    assert first.pk == again.pk
    assert Hazard.objects.count() == LedgerYear.objects.get().last == 1
    assert Entry.objects.filter(action="open").count() == 1


def test_the_same_uuid_with_other_content_is_a_conflict(world):
    found = world.found()
    open_(world, found)
    with pytest.raises(Conflict):
        open_(world, replace(found, description="另一项隐患"))
    with pytest.raises(NotFound):
        open_(world, found, actor=world.stranger)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("found_on", {"found_on": TODAY + timedelta(days=1)}),
        ("description", {"description": ""}),
        ("description", {"description": "漏" * 501}),
        ("place_text", {"place_text": " "}),
        ("level", {"level": "huge"}),
        ("source", {"source": "rumour"}),
        ("criterion", {"level": "major"}),
        ("late_reason", {"found_on": TODAY - timedelta(days=2)}),
    ],
)
def test_what_is_wrong_is_named(world, field, given):
    with pytest.raises(Invalid) as refused:
        world.open(**given)
    assert list(refused.value.fields) == [field]
    assert not Hazard.objects.exists()


def test_yesterdays_hazard_is_no_late_entry(world):
    assert world.open(found_on=TODAY - timedelta(days=1)).late_reason == ""


def test_a_late_entry_keeps_its_reason(world):
    hazard = world.open(found_on=TODAY - timedelta(days=9), late_reason="停电未录")
    assert hazard.late_reason == "停电未录"
    assert Entry.objects.get(action="open").detail["late_reason"] == "停电未录"


def test_a_hazard_brought_by_a_record_is_late_where_that_record_is(world):
    world.open(found_on=TODAY - timedelta(days=2), origin="inspections.inspection:7#fire-01")


def test_a_category_nobody_knows_is_filed_as_other(world):
    assert world.open(category="消防隐患").category == "fire"
    assert world.open(category="飞碟").category == "other"


def test_only_who_may_enters(world):
    with pytest.raises(Forbidden):
        world.open(actor=world.stranger)
    with pytest.raises(Forbidden):
        world.open(actor=world.auditor)
    assert world.open(actor=world.teacher).found_by_name == "李老师"


def test_a_place_of_another_unit_is_refused(world):
    place = Place.objects.create(
        org=world.neighbour, kind="building", name="一号楼", full_name="一号楼"
    )
    with pytest.raises(Invalid) as refused:
        world.open(place=place)
    assert "place" in refused.value.fields


def test_photos_are_the_actors_own(world):
    with pytest.raises(Invalid):
        world.open(photos=[world.photo("stranger")])
    hazard = world.open(photos=[world.photo("officer")])
    assert [each.stage for each in hazard.photos.all()] == ["before"]


def test_a_closed_unit_takes_no_hazards(world):
    type(world.school).objects.filter(pk=world.school.pk).update(
        **{"state": "closed"}, closed_on=TODAY
    )
    world.school.refresh_from_db()
    with pytest.raises(Invalid, match="正在办学"):
        world.open(actor=world.clerk)


def test_those_who_assign_are_told_and_the_finder_is_not(world):
    world.open()
    told = set(Message.objects.values_list("user__name", flat=True))
    assert told == {"钱一鸣"}


# A major hazard


@pytest.mark.parametrize("field", FOUR)
def test_a_major_hazard_without_one_of_the_four_is_entered_and_flagged(world, field):
    hazard = open_(world, world.major(**{field: None if field == "due_on" else ""}))
    assert lacking(hazard) == (field,)
    assert Entry.objects.get(action="open").detail["missing"] == [field]


@pytest.mark.parametrize("state", ["assigned", "submitted", "closed"])
@pytest.mark.parametrize("field", FOUR)
def test_the_database_refuses_a_major_hazard_under_way_without_the_four(world, field, state):
    hazard = world.in_state(state)
    rows = Hazard.objects.filter(pk=hazard.pk)
    four = {"interim_measure": "值守", "responsible_unit": "学校"}
    rows.update(level="major", graded_major_at=AT, **four)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**{field: None if field == "due_on" else ""})


def test_a_major_hazard_is_not_assigned_without_its_four(world):
    hazard = open_(world, world.major())
    for field in ("interim_measure", "responsible_unit", "due_on", "contingency"):
        empty = None if field == "due_on" else ""
        with pytest.raises(Invalid) as refused:
            world.assign(hazard, **{field: empty})
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid) as refused:
        world.assign(hazard, responsible_id=None, responsible_name="")
    assert list(refused.value.fields) == ["responsible_name"]
    world.assign(hazard)
    assert hazard.state == "assigned"


def test_major_needs_a_criterion_or_a_reason(world):
    criterion = world.criterion()
    graded = open_(world, world.major(criterion=criterion, level_reason=""))
    assert (graded.criterion, graded.graded_major_at) == (criterion, AT)
    cited = open_(world, world.major(level_reason="", basis="教发厅函〔2024〕20号"))
    assert cited.level_reason == "教发厅函〔2024〕20号"
    empty = world.criterion(is_open=True, text="")
    with pytest.raises(Invalid) as refused:
        open_(world, world.major(criterion=empty))
    assert list(refused.value.fields) == ["criterion"]


def test_a_major_hazard_is_told_upwards(world):
    open_(world, world.major(interim_measure=""))
    told = Message.objects.filter(user=world.users["clerk"]).values_list("text", flat=True)
    assert ["重大隐患：" in text and "尚缺临时防范措施" in text for text in told] == [True]


# Grading


def test_grading_up_under_way_asks_for_the_interim_measure(world):
    hazard = world.open()
    world.assign(hazard, interim_measure="")
    with pytest.raises(Invalid) as refused:
        world.grade(hazard)
    assert list(refused.value.fields) == ["interim_measure"]
    world.grade(hazard, interim_measure="停用该楼层")
    hazard.refresh_from_db()
    assert (hazard.level, hazard.graded_major_at) == ("major", AT)
    assert Entry.objects.get(action="grade").detail["level"] == "major"


def test_grading_up_needs_a_reason_and_down_the_upper_level(world):
    hazard = world.open()
    with pytest.raises(Invalid) as refused:
        world.grade(hazard, reason="")
    assert list(refused.value.fields) == ["criterion"]
    world.grade(hazard)
    with pytest.raises(Forbidden):
        world.grade(hazard, level="ordinary")
    with pytest.raises(Invalid):
        world.grade(hazard, level="ordinary", reason="", actor=world.clerk)
    world.grade(hazard, level="ordinary", reason="复核不符合", actor=world.clerk)
    hazard.refresh_from_db()
    assert (hazard.level, hazard.graded_major_at) == ("ordinary", None)


def test_an_import_of_no_change_is_refused(world):
    with pytest.raises(Invalid):
        world.grade(world.open(), level="ordinary", actor=world.clerk)
    assert DUE
