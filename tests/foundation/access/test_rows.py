"""Rows written without compiling: as ``save()`` would write them, in one statement, once."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.access import rows as quick
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.messaging.models import Outgoing
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from tests.builders import AT, TODAY, make_county, make_school, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return make_school(make_town(make_county()))


def hazard_row(school, serial, **given):
    return {
        "uuid": uuid.uuid4(),
        "org_id": school.pk,
        "county_id": school.county_id,
        "year": 2026,
        "serial": serial,
        "number": f"2026-{serial:04d}",
        "source": "self_check",
        "category": "other",
        "place_text": "校门",
        "description": "50% 的灯'不亮",
        "found_on": TODAY,
        "found_by_name": "安然",
        "recorded_at": AT,
        "funds": Decimal("12.50"),
        **given,
    }


@pytest.mark.parametrize("count", [2, quick.FEW_ROWS + 1])
def test_rows_stand_as_save_would_have_written_them(school, count):
    rows = [hazard_row(school, number, due_on=None) for number in range(1, count + 1)]
    with CaptureQueriesContext(connection) as caught:
        ids = quick.insert(Hazard, rows)
    assert len(caught) == 1
    saved = Hazard(**hazard_row(school, count + 1))
    saved.save()
    for pk, row in zip(ids, rows, strict=True):
        found = Hazard.objects.filter(pk=pk).values().get()
        assert {name: found[name] for name in row} == row
        rest = Hazard.objects.filter(pk=saved.pk).values().get()
        assert {name: found[name] for name in found.keys() - row.keys() - {"id"}} == {
            name: rest[name] for name in found.keys() - row.keys() - {"id"}
        }


def test_a_value_that_must_be_given_is_asked_for():
    with pytest.raises(TypeError, match="a value is wanted"):
        quick.insert(Outgoing, [{"text": "无"}])


@pytest.mark.parametrize("more", [0, quick.FEW_ROWS])
def test_what_is_there_already_is_left_as_it_is(school, more):
    def fact(source, note):
        return {
            "unit_id": school.pk,
            "county_id": school.county_id,
            "kind": "x",
            "happened_on": date(2026, 11, 20),
            "recorded_at": AT,
            "source": source,
            "note": note,
        }

    (first,) = quick.insert(Evidence, [fact("a", "先")], once="source")
    others = [fact(f"c{number}", "又") for number in range(more)]
    ids = quick.insert(Evidence, [fact("b", "新"), fact("a", "后"), *others], once="source")
    assert ids[1] is None
    assert list(Evidence.objects.order_by("id").values_list("id", "source", "note")) == [
        (first, "a", "先"),
        (ids[0], "b", "新"),
        *((pk, f"c{number}", "又") for number, pk in enumerate(ids[2:])),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        quick.insert(Evidence, [fact("a", "后")])


def test_what_no_column_holds_does_not_pass_as_text():
    with pytest.raises(TypeError, match="in a row"):
        quick._word(object())


def test_more_rows_than_one_statement_holds_keep_their_order():
    number = quick.MOST_VALUES // 2
    rows = [
        {"at": AT, "actor_id": 1, "action": "note", "subject": "x", "detail": {"n": n}}
        for n in range(number)
    ]
    with CaptureQueriesContext(connection) as caught:
        ids = quick.insert(Entry, rows)
    assert 1 < len(caught) < 5
    found = dict(Entry.objects.values_list("id", "detail"))
    assert [found[pk]["n"] for pk in ids] == list(range(number))
    assert quick.insert(Entry, []) == []
