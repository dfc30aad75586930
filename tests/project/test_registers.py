"""Every register of the house: what a page costs does not grow with rows or depth."""

import io
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.registers.queries import json_row, page_of, paper, read_query, screens
from anxiao.foundation.registers.services import export, exporting
from anxiao.loop.duties.services import import_plan, publish_plan, record_evidence
from anxiao.loop.hazards.services import load_criteria
from anxiao.loop.inspections.services import submit_inspection
from anxiao.project.management.commands.export import asked_at
from anxiao.project.registers import REGISTERS
from tests.builders import AT, TODAY, make_school
from tests.loop.duties.plans import NOTICE
from tests.loop.hazards.world import World as HazardWorld
from tests.loop.inspections.world import World as InspectionWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(settings, tmp_path):
    """Three rows and more in every register of one county."""
    settings.ANXIAO_DATA = tmp_path
    with time_machine.travel(AT, tick=False):
        county = InspectionWorld()
        hazards = HazardWorld.__new__(HazardWorld)
        hazards.__dict__.update(
            county=county.county, town=county.town, school=county.school, users={}
        )
        for number in range(3):
            hazards.open(county.officer, description=f"灭火器压力不足{number}")
            submit_inspection(county.submitted(uuid=uuid.uuid4()), actor=county.officer, at=AT)
        make_school(county.town)
        load_criteria(at=AT)
        plan = import_plan(NOTICE, county.county, actor=county.clerk, at=AT)
        publish_plan(plan, actor=county.clerk, at=AT)
        for number in range(3):
            record_evidence(
                unit=county.school,
                kind="drill.evacuation",
                happened_on=TODAY,
                source=f"t:{number}",
                at=AT,
                actor=SYSTEM,
            )
        yield asked_at(county.county)


def cost(work):
    with CaptureQueriesContext(connection) as done:
        work()
    return len(done)


def listed(register, asked, size, **params):
    page = page_of(register, asked, params, size=size, sums=True)
    screens.list_screen(register, asked, page)
    for row in page.rows:
        json_row(register, row, asked)
    return page


def test_every_register_costs_the_same_at_one_and_three_rows(asked, monkeypatch):
    costs = {}
    for size in (1, 3):
        monkeypatch.setattr(paper, "PAPER_ROWS", (size + 1) // 2)  # cut, and counted, both times
        monkeypatch.setattr(exporting, "MAX_ROWS", size)
        for one in REGISTERS:
            query = read_query(one, asked, {})
            assert len(listed(one, asked, size).rows) == size, one.slug
            costs.setdefault(one.slug, []).append(
                (
                    cost(lambda one=one, size=size: listed(one, asked, size)),
                    cost(lambda one=one, query=query: paper.paper_sheet(one, asked, query)),
                    cost(lambda one=one: export(one, asked, {}, io.BytesIO())),
                )
            )
    assert {slug: first for slug, (first, _third) in costs.items()} == {
        slug: third for slug, (_first, third) in costs.items()
    }


def test_every_register_is_read_by_keyset_at_any_depth(asked):
    for one in REGISTERS:
        first = listed(one, asked, 1)
        second = listed(one, asked, 1, after=first.next)
        assert second.rows != first.rows, one.slug
        with CaptureQueriesContext(connection) as deep:
            listed(one, asked, 1, after=second.next)
        with CaptureQueriesContext(connection) as top:
            listed(one, asked, 1)
        assert 0 <= len(top) - len(deep) <= len(one.first), one.slug
        assert [query["sql"] for query in deep if "OFFSET" in query["sql"]] == [], one.slug


def test_every_sort_of_every_register_walks_all_rows_once(asked):
    for one in REGISTERS:
        whole = {row.pk for row in one.source(asked.actor)}
        for sort in [column.key for column in one.columns if column.sort]:
            for sign in ("", "-"):
                seen, params = [], {"sort": f"{sign}{sort}"}
                while True:
                    page = page_of(one, asked, params, size=40)
                    seen += [row.pk for row in page.rows]
                    if not page.next:
                        break
                    params["after"] = page.next
                assert (len(seen), set(seen)) == (len(whole), whole), (one.slug, sign, sort)


def test_every_register_prints_with_serial_first_and_remarks_last(asked):
    for one in REGISTERS:
        sheet = paper.paper_sheet(one, asked, read_query(one, asked, {}))
        assert (sheet.title, sheet.unit, sheet.day) == (one.print.title, "云河区", asked.day)
        assert [serial for serial, _cells in sheet.rows[:3]] == [1, 2, 3], one.slug
        if one.print.remarks:
            assert sheet.heads[-1].key == one.print.remarks
        assert len(sheet.shares) == len(sheet.heads) + 1
        assert 99.5 <= sum(sheet.shares) <= 100.5, one.slug
