"""Founding, profile, names."""

import pytest

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import search_units
from anxiao.foundation.orgs.services import (
    OrgData,
    ProfileData,
    create_org,
    rename_org,
    update_profile,
)
from tests.builders import AT, TODAY, actor_of, make_county, make_school, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def bureau(county):
    return actor_of(make_user("安全科", (county, "county_safety")))


def test_the_program_founds_a_root_and_the_bureau_what_lies_below(county, bureau):
    province = create_org(SYSTEM, AT, data=OrgData("province", "某省"))
    town = create_org(bureau, AT, data=OrgData("town", "石门镇", county))
    school = create_org(bureau, AT, data=OrgData("school", "石门 第一小学", town, code="37001"))
    assert province.county_id is None
    assert school.path == f"{town.path}{school.pk}."
    assert school.county_id == county.pk
    assert school.opened_on == TODAY
    assert school.profile.pupils is None
    assert school.code == "37001"
    assert town.code
    assert Entry.objects.filter(action="create", org_path=school.path).count() == 1


def test_nobody_else_founds_anything(county, bureau):
    town = make_town(county)
    head = actor_of(make_user("镇", (town, "town_head")))
    with pytest.raises(Forbidden):
        create_org(head, AT, data=OrgData("school", "新小学", town))
    with pytest.raises(Forbidden):
        create_org(bureau, AT, data=OrgData("county", "另一区"))
    with pytest.raises(Forbidden):
        create_org(bureau, AT, data=OrgData("town", "别处", make_county("邻区")))


@pytest.mark.parametrize(
    ("kind", "name"), [("county", "区中区"), ("nonsense", "怪"), ("town", " ")]
)
def test_what_does_not_belong_there_is_refused(county, bureau, kind, name):
    before = Org.objects.count()
    with pytest.raises(Invalid):
        create_org(bureau, AT, data=OrgData(kind, name, county))
    assert Org.objects.count() == before


def test_a_name_and_a_code_are_given_once(county, bureau):
    create_org(bureau, AT, data=OrgData("town", "石门镇", county, code="X1"))
    with pytest.raises(Invalid) as same_name:
        create_org(bureau, AT, data=OrgData("town", "石门 镇", county))
    with pytest.raises(Invalid) as same_code:
        create_org(bureau, AT, data=OrgData("town", "柳林镇", county, code="X1"))
    assert "name" in same_name.value.fields
    assert "code" in same_code.value.fields


def test_the_unit_keeps_its_profile_and_neighbours_do_not(county):
    school = make_school(make_town(county), pupils=100)
    head = actor_of(make_user("校长", (school, "principal")))
    data = ProfileData(stages=("primary",), pupils=120, is_boarding=True, boarders=20, phone="1")
    changed = update_profile(school, actor=head, at=AT, data=data)
    assert {"pupils", "boarders", "is_boarding", "phone"} <= set(changed)
    entry = Entry.objects.get(action="edit_profile")
    assert entry.detail["changed"]["pupils"] == [100, 120]
    assert entry.detail["changed"]["phone"] is None
    assert update_profile(school, actor=head, at=AT, data=data) == []
    assert Entry.objects.filter(action="edit_profile").count() == 1
    neighbour = actor_of(make_user("邻校长", (make_school(make_town(county)), "principal")))
    with pytest.raises(Forbidden):
        update_profile(school, actor=neighbour, at=AT, data=data)


def test_a_profile_that_contradicts_itself_is_refused(county, bureau):
    school = make_school(county, pupils=10)
    with pytest.raises(Invalid) as refused:
        update_profile(
            school, actor=bureau, at=AT, data=ProfileData(pupils=10, boarders=11, is_boarding=True)
        )
    assert "boarders" in refused.value.fields
    assert school.profile.pupils == 10


def test_old_names_still_find_the_unit(county, bureau):
    school = make_school(county, "东关小学")
    rename_org(school, name="实验小学", actor=bureau, at=AT)
    renamed = rename_org(school, name="第一实验小学", actor=bureau, at=AT)
    units = Org.objects.visible_to(bureau)
    assert list(search_units(units, "东关")) == [renamed]
    assert list(search_units(units, "第一实验")) == [renamed]
    assert list(search_units(units, "西关")) == []
    assert {old.name for old in renamed.old_names.all()} == {"东关小学", "实验小学"}
    assert Entry.objects.filter(action="rename").count() == 2


def test_only_the_bureau_renames_and_not_to_a_taken_name(county, bureau):
    school, other = make_school(county, "甲小学"), make_school(county, "乙小学")
    head = actor_of(make_user("校长", (school, "principal")))
    with pytest.raises(Forbidden):
        rename_org(school, name="丙小学", actor=head, at=AT)
    with pytest.raises(Invalid):
        rename_org(school, name=other.name, actor=bureau, at=AT)


def test_a_whole_name_means_that_unit_alone(county):
    short, long = make_school(county, "河东小学"), make_school(county, "河东小学分校")
    assert list(search_units(Org.objects.all(), "河东小学")) == [short]
    assert list(search_units(Org.objects.order_by("pk"), "河东")) == [short, long]
