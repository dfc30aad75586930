"""Rows of a ledger of units into the tree."""

import pytest

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import UnitRow, close_org, rename_org, upsert_unit
from tests.builders import AT, actor_of, make_county, make_school, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def put(county):
    def put(row, actor=SYSTEM, **options):
        org, outcome = upsert_unit(
            row, under=county, actor=actor, at=AT, **{"create_missing_town": True, **options}
        )
        return org, str(outcome)

    return put


def test_created_same_changed(county, put):
    row = UnitRow("高桥阳光幼儿园 ", "kindergarten", "高桥镇", pupils=187, stages=("kindergarten",))
    org, first = put(row)
    assert (org.name, org.parent.name, org.parent.kind) == ("高桥阳光幼儿园", "高桥镇", "town")
    lines = Entry.objects.count()
    again = put(UnitRow("高桥阳光幼儿园　", "kindergarten", "高桥镇教委", pupils=187))
    assert again == (org, "same")
    assert Entry.objects.count() == lines
    changed = put(UnitRow("高桥阳光幼儿园", "kindergarten", "高桥镇", pupils=190))
    assert (first, changed) == ("created", (org, "changed"))
    assert Org.objects.filter(kind="town").count() == 1


def test_what_the_ledger_does_not_say_stays(county, put):
    school = make_school(make_town(county, "石门镇"), "石门小学", pupils=100, has_canteen=True)
    assert put(UnitRow("石门小学", town="石门镇", staff=9)) == (school, "changed")
    school.profile.refresh_from_db()
    assert (school.profile.pupils, school.profile.staff) == (100, 9)
    assert school.profile.has_canteen is True


def test_same_names_in_two_towns_are_two_schools(county, put):
    one, _ = put(UnitRow("中心小学", town="石门镇"))
    two, _ = put(UnitRow("中心小学", town="柳林镇"))
    assert one != two
    with pytest.raises(Invalid, match="同名"):
        put(UnitRow("中心小学"))


def test_found_by_code_and_by_an_old_name(county, put):
    school = make_school(make_town(county, "石门镇"), "东关小学", code="37001")
    bureau = actor_of(make_user("安全科", (county, "county_safety")))
    rename_org(school, name="实验小学", actor=bureau, at=AT)
    assert put(UnitRow("东关小学", town="石门镇"))[0] == school
    assert put(UnitRow("随便什么", code="37001"))[0] == school


def test_boarders_alone_tell_a_boarding_school(put):
    org, _ = put(UnitRow("石门中学", town="石门镇", pupils=100, boarders=40))
    assert org.profile.is_boarding is True


def test_rows_that_cannot_be_taken_say_why(county, put):
    with pytest.raises(Invalid, match="镇街"):
        put(UnitRow("新小学", town="没有的镇"), create_missing_town=False)
    with pytest.raises(Invalid) as refused:
        put(UnitRow("新小学", town="石门镇", pupils=1, boarders=2, is_boarding=True))
    assert "boarders" in refused.value.fields
    bureau = actor_of(make_user("安全科", (county, "county_safety")))
    school = make_school(make_town(county, "柳林镇"), "柳林小学")
    close_org(school, reason="撤点", actor=bureau, at=AT)
    with pytest.raises(Invalid, match="停办"):
        put(UnitRow("柳林小学", town="柳林镇"))


def test_a_town_changes_its_units_but_founds_none(county, put):
    town = make_town(county, "石门镇")
    school = make_school(town, "石门小学", pupils=1)
    officer = actor_of(make_user("镇", (town, "town_officer")))
    assert put(UnitRow("石门小学", town="石门镇", pupils=2), officer) == (school, "changed")
    with pytest.raises(Forbidden):
        put(UnitRow("新小学", town="石门镇"), officer)
    stranger = actor_of(make_user("别镇", (make_town(county, "柳林镇"), "town_officer")))
    with pytest.raises(Forbidden):
        put(UnitRow("石门小学", town="石门镇", pupils=3), stranger)
