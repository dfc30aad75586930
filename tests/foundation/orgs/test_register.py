"""The ledgers of units and of people: what they list, to whom, at what cost."""

from functools import reduce

import pytest

from anxiao.foundation.accounts.registers import PEOPLE
from anxiao.foundation.orgs.registers import UNITS
from anxiao.foundation.orgs.services import rename_org
from anxiao.foundation.registers.declare import Asked
from tests.builders import AT, actor_of, make_county, make_school, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


def shown(register, rows, asked):
    """Every cell of every row, as the list, the paper and the workbook would read them."""
    cells = []
    for row in rows:
        for column in register.columns:
            value = column.value
            if callable(value):
                cells.append(value(row, asked))
                continue
            cells.append(reduce(getattr, value.split("."), row))
    return cells


def test_units_are_those_one_may_see_and_cost_one_query(county, django_assert_num_queries):
    town = make_town(county)
    mine, _other = make_school(town, "石门小学"), make_school(town, "邻校")
    asked = Asked(actor_of(make_user("校长", (mine, "principal"))), AT)
    bureau = Asked(actor_of(make_user("安全科", (county, "county_safety"))), AT)
    for viewer, count in ((asked, 1), (bureau, 2)):
        with django_assert_num_queries(1):
            cells = shown(UNITS, UNITS.source(viewer.actor), viewer)
        assert len(cells) == count * len(UNITS.columns)
    assert "石门小学" in cells
    assert "邻校" not in shown(UNITS, UNITS.source(asked.actor), asked)


def test_people_are_masked_and_cost_one_query(county, django_assert_num_queries):
    school = make_school(county)
    head = make_user("校长", (school, "principal"), phone="13812345678")
    make_user("外", (make_school(county), "principal"))
    asked = Asked(actor_of(head), AT)
    with django_assert_num_queries(1):
        cells = shown(PEOPLE, PEOPLE.source(asked.actor), asked)
    assert len(cells) == len(PEOPLE.columns)
    assert "138****5678" in cells
    assert "13812345678" not in str(cells)
    guard = actor_of(make_user("保安", (school, "guard")))
    assert list(PEOPLE.source(guard)) == []


def test_filters_and_old_names(county):
    bureau = actor_of(make_user("安全科", (county, "county_safety")))
    asked = Asked(bureau, AT)
    school = make_school(make_town(county, "石门镇"), "东关小学", pupils=None)
    make_school(county, "西关小学")
    rename_org(school, name="实验小学", actor=bureau, at=AT)
    rows = UNITS.source(bureau)
    filters = {each.key: each for each in UNITS.filters}
    assert [row.org for row in filters["unreported"].apply(rows, True, asked)] == [school]
    assert [name for _pk, name in filters["town"].choices(asked)] == ["石门镇"]
    assert rows.get(org__former_names__icontains="东关").org == school
    people = {each.key: each for each in PEOPLE.filters}
    posts = PEOPLE.source(bureau)
    assert people["in_force"].apply(posts, True, asked).count() == 1
    assert people["in_force"].apply(posts, False, asked).count() == 0
    assert people["ending"].apply(posts, True, asked).count() == 0
    assert people["locked"].apply(posts, True, asked).count() == 0
