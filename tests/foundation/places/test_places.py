"""Buildings, floors, rooms and points: what stands where, and what the services refuse."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from anxiao.foundation.places import queries, services
from anxiao.foundation.places.catalog import key_part_label, key_parts
from anxiao.foundation.places.models import Place, Point
from anxiao.foundation.places.rules import ALPHABET, CODE_LENGTH, read_code
from tests.builders import AT, TODAY


def test_a_building_holds_floors_and_a_floor_rooms(world):
    building = world.place("教学楼")
    floor = world.place("二楼", "floor", building)
    room = world.place("201 室", "room", floor)
    yard = world.place("操场", "area")
    assert room.full_name == "教学楼 二楼 201 室"
    assert [place.full_name for place in queries.places_of(world.school)] == [
        "操场",
        "教学楼",
        "教学楼 二楼",
        "教学楼 二楼 201 室",
    ]
    assert list(queries.places_of(world.neighbour)) == []
    assert Entry.objects.filter(subject="places.place", action="create").count() == 4
    assert yard.parent is None


@pytest.mark.parametrize(
    ("kind", "parent_kind", "field"),
    [
        ("building", "building", "parent"),
        ("floor", "area", "parent"),
        ("floor", "room", "parent"),
        ("castle", None, "kind"),
    ],
)
def test_a_misplaced_place_is_refused(world, kind, parent_kind, field):
    parent = world.place("上级", parent_kind) if parent_kind else None
    with pytest.raises(Invalid) as caught:
        world.place("下级", kind, parent)
    assert set(caught.value.fields) == {field}
    assert Place.objects.count() == bool(parent)


def test_a_place_of_others_or_out_of_use_holds_nothing(world):
    foreign = services.create_place(
        world.neighbour, kind="building", name="楼", parent=None, actor=world.stranger, at=AT
    )
    retired = world.place("旧楼")
    services.retire_place(retired, actor=world.officer, at=AT)
    retired.refresh_from_db()
    for place in (foreign, retired):
        with pytest.raises(Invalid) as caught:
            world.place("一楼", "floor", place)
        assert set(caught.value.fields) == {"parent"}
        with pytest.raises(Invalid) as caught:
            world.point(place=place)
        assert set(caught.value.fields) == {"place"}
    assert not Point.objects.exists()


def test_a_name_is_given_once_while_it_is_in_use(world):
    building = world.place("教学楼")
    with pytest.raises(Invalid) as caught:
        world.place("教学楼")
    assert "教学楼" in caught.value.fields["name"]
    with pytest.raises(Invalid):
        world.place("  ")
    services.retire_place(building, actor=world.officer, at=AT)
    assert world.place("教学楼").pk != building.pk


def test_a_full_name_that_does_not_fit_is_said_and_not_cut(world):
    long = "楼" * 60
    area = world.place(long, "area", world.place(long, "floor", world.place(long)))
    with pytest.raises(Invalid) as caught:
        world.place(long, "room", area)
    assert "200" in caught.value.fields["name"]


def test_a_place_in_use_is_not_retired(world):
    building = world.place()
    floor = world.place("一楼", "floor", building)
    point = world.point(place=floor)
    for place in (building, floor):
        with pytest.raises(Conflict):
            services.retire_place(place, actor=world.officer, at=AT)
    services.retire_point(point, actor=world.officer, at=AT)
    for place in (floor, building):
        services.retire_place(place, actor=world.officer, at=AT)
    assert list(queries.places_of(world.school)) == []
    with pytest.raises(Conflict):
        services.retire_place(building, actor=world.officer, at=AT)
    assert Place.objects.filter(retired_on=TODAY).count() == 2


def test_points_are_numbered_in_their_unit_and_never_again(world):
    first, second = world.point("门卫室"), world.point("食堂", key_part="canteen")
    services.retire_point(second, actor=world.officer, at=AT)
    third = world.point("配电间", key_part="switch_room", kind="equipment")
    other = world.point("南门", org=world.neighbour, actor=world.stranger)
    assert [point.number for point in (first, second, third, other)] == [1, 2, 3, 1]
    assert [point.name for point in queries.points_of(world.school)] == ["门卫室", "配电间"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Point.objects.filter(pk=third.pk).update(number=1)
    with pytest.raises(Conflict):
        services.retire_point(second, actor=world.officer, at=AT)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"kind": "x"}, "kind"), ({"key_part": "moon"}, "key_part"), ({"name": " "}, "name")],
)
def test_a_point_that_makes_no_sense_is_refused(world, fields, field):
    with pytest.raises(Invalid) as caught:
        world.point(**fields)
    assert set(caught.value.fields) == {field}
    assert not Point.objects.exists()


def test_a_code_is_short_without_doubtful_letters_and_read_as_typed(world):
    codes = {world.point(f"点{number}").code for number in range(20)}
    assert len(codes) == 20
    for code in codes:
        assert len(code) == CODE_LENGTH
        assert set(code) <= set(ALPHABET)
    assert not set("01OILU") & set(ALPHABET)
    code = codes.pop()
    point = Point.objects.get(code=code)
    assert queries.point_by_code(f" {code.lower()} ") == point
    assert queries.point_by_code("22222222") is None


def test_a_point_is_renamed_and_moved_with_its_number_and_code(world):
    point, building = world.point(), world.place()
    services.edit_point(
        point, name="北门", place=building, key_part="gate_road", actor=world.officer, at=AT
    )
    after = Point.objects.get()
    assert (after.name, after.place, after.key_part) == ("北门", building, "gate_road")
    assert (after.number, after.code) == (point.number, point.code)
    with pytest.raises(Invalid):
        services.edit_point(
            point, name="北门", place=None, key_part="moon", actor=world.officer, at=AT
        )


def test_a_lost_label_leads_nowhere_after_a_fresh_code(world):
    point = world.point()
    lost = point.code
    services.replace_code(point, actor=world.officer, at=AT)
    assert queries.point_by_code(lost) is None
    assert queries.point_by_code(point.code) == point
    assert Entry.objects.filter(action="replace_code").count() == 1


def test_two_labels_hung_the_wrong_way_round_are_swapped(world):
    gate, canteen = world.point("门卫室"), world.point("食堂")
    at_gate, at_canteen = canteen.code, gate.code
    other = services.rebind_label(
        gate, f"https://anxiao.example/p/{at_gate.lower()}", actor=world.officer, at=AT
    )
    assert other == canteen
    assert queries.point_by_code(at_gate) == gate
    assert queries.point_by_code(at_canteen) == canteen
    assert services.rebind_label(gate, at_gate, actor=world.officer, at=AT) is None
    entry = Entry.objects.filter(action="rebind_label").earliest("id")
    assert entry.detail == {"from": canteen.number}


def test_the_label_of_a_thing_that_was_replaced_goes_to_the_new_one(world):
    old, new = world.point("旧灭火器箱"), world.point("新灭火器箱")
    hanging = old.code
    services.retire_point(old, actor=world.officer, at=AT)
    assert services.rebind_label(new, hanging, actor=world.officer, at=AT) == old
    assert queries.point_by_code(hanging) == new
    found = "23456789"
    assert services.rebind_label(new, found, actor=world.officer, at=AT) is None
    assert queries.point_by_code(found) == new


def test_what_is_no_label_of_this_unit_is_not_bound(world):
    point = world.point()
    foreign = world.point("南门", org=world.neighbour, actor=world.stranger)
    before = set(Point.objects.values_list("pk", "code"))
    for typed in (foreign.code, "短", "", "0OIL1111", "https://other.example/x"):
        with pytest.raises(Invalid) as caught:
            services.rebind_label(point, typed, actor=world.officer, at=AT)
        assert set(caught.value.fields) == {"code"}
    services.retire_point(point, actor=world.officer, at=AT)
    retired = Point.objects.get(pk=point.pk)
    for act in (
        lambda: services.rebind_label(retired, "23456789", actor=world.officer, at=AT),
        lambda: services.replace_code(retired, actor=world.officer, at=AT),
        lambda: services.edit_point(
            retired, name="x", place=None, key_part="", actor=world.officer, at=AT
        ),
    ):
        with pytest.raises(Conflict):
            act()
    assert set(Point.objects.values_list("pk", "code")) == before


def test_only_people_of_the_unit_who_keep_its_places_write(world):
    point, place = world.point(), world.place()
    acts = [
        lambda who: services.create_place(
            world.school, kind="building", name="楼", parent=None, actor=who, at=AT
        ),
        lambda who: world.point("外", actor=who),
        lambda who: services.edit_point(
            point, name="外", place=None, key_part="", actor=who, at=AT
        ),
        lambda who: services.replace_code(point, actor=who, at=AT),
        lambda who: services.rebind_label(point, "23456789", actor=who, at=AT),
        lambda who: services.retire_point(point, actor=who, at=AT),
        lambda who: services.retire_place(place, actor=who, at=AT),
    ]
    before = Entry.objects.count()
    for act in acts:
        for who in (world.stranger, world.guard):
            with pytest.raises(Forbidden):
                act(who)
    assert Entry.objects.count() == before
    for act in acts:
        act(world.officer)


def test_every_point_of_ones_own_unit_and_no_other_is_seen(world):
    mine = world.point()
    world.point("南门", org=world.neighbour, actor=world.stranger)
    assert list(Point.objects.visible_to(world.guard)) == [mine]


def test_key_parts_have_names():
    assert len(key_parts()) >= 20
    assert key_part_label("gate") == "校门和门卫室"
    assert key_part_label("unknown") == "unknown"


@given(st.text(alphabet=ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_is_read_however_it_is_typed(code):
    spaced = f" {code[:4].lower()} {code[4:]}"
    for typed in (code, spaced, f"http://x/p/{code}", f"https://a.b:8000/p/{code}/"):
        assert read_code(typed) == code


@given(st.text(max_size=30))
def test_anything_else_is_no_code(text):
    read = read_code(text)
    assert read == "" or (len(read) == CODE_LENGTH and set(read) <= set(ALPHABET))
