"""The tree: of any depth, agencies beside it, its scope a range on the path."""

import pytest
from django.db import connection

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import OrgData, create_org
from tests.builders import AT, actor_of, make_user

pytestmark = pytest.mark.django_db

LINE = (
    ("province", "某省"),
    ("city", "某市"),
    ("county", "云河区"),
    ("town", "石门镇教委"),
    ("school", "石门小学"),
    ("school", "石门小学东教学点"),
)


def found(kind, name, parent=None):
    return create_org(SYSTEM, AT, data=OrgData(kind, name, parent))


@pytest.fixture
def line():
    units = []
    for kind, name in LINE:
        units.append(found(kind, name, units[-1] if units else None))
    return units


def test_from_the_province_to_a_branch_school(line):
    assert [one.path for one in line] == [
        "".join(f"{above.pk}." for above in line[: place + 1]) for place in range(len(line))
    ]
    county = line[2]
    assert [one.county_id for one in line] == [None, None, *[county.pk] * 4]


def test_each_level_sees_what_lies_below_it_and_nothing_beside(line):
    other = found("county", "邻县", line[1])
    neighbour = found("school", "邻校", other)
    whole = {one.pk for one in line} | {other.pk, neighbour.pk}
    seen = {
        place: {
            one.pk
            for one in Org.objects.visible_to(
                actor_of(make_user("安全科", (line[place], "county_safety")))
            )
        }
        for place in range(4)
    }
    assert seen == {
        0: whole,
        1: whole - {line[0].pk},
        2: {one.pk for one in line[2:]},
        3: {one.pk for one in line[3:]},
    }


def test_agencies_stand_beside_every_level(line):
    for above in line[:4]:
        agency = found("agency", f"{above.name}公安", above)
        assert (agency.parent_id, agency.is_unit) == (above.pk, False)
        assert found("agency", f"{above.name}公安派出所", agency).path.startswith(agency.path)


@pytest.mark.parametrize(
    ("kind", "place"), [("county", 3), ("town", 4), ("agency", 4), ("province", 0)]
)
def test_what_does_not_belong_there_is_refused(line, kind, place):
    with pytest.raises(Invalid) as refused:
        found(kind, "别处", line[place])
    assert "kind" in refused.value.fields


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares by bytes anyway")
@pytest.mark.parametrize(
    ("table", "column"),
    [("orgs_org", "path"), ("journal_entry", "org_path"), ("accounts_signinlimit", "key")],
)
def test_s1_ranges_do_not_depend_on_the_databases_language(table, column):
    asked = "SELECT collation_name FROM information_schema.columns"
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} WHERE table_name = %s AND column_name = %s", [table, column])
        assert cursor.fetchone() == ("C",)
