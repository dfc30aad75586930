"""Real threads: counts and rollups come out right whoever writes at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.errors import StaleState
from anxiao.loop.duties.models import Evidence, Exemption, Plan, Rollup, Tally
from anxiao.loop.duties.services import (
    ExemptionRequest,
    approve_exemption,
    cells,
    evidence,
    expire_standing,
    import_plan,
    open_cells,
    open_due,
    publish_plan,
    record_evidence,
    recount,
    refuse_exemption,
    request_exemption,
)
from tests.builders import AT, TODAY, actor_of, make_user
from tests.loop.duties.plans import NOTICE, County, instant

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)
THREADS = 6


@pytest.fixture
def place(transactional_db):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database of their own: set ANXIAO_TEST_SQLITE to a file")
    return County()


@pytest.fixture
def plan(place):
    draft = import_plan(NOTICE, place.county, actor=place.clerk, at=AT)
    return publish_plan(draft, actor=place.clerk, at=AT)


def together(tasks):
    """Run ``tasks`` at the same moment; return what each gave or raised."""
    gate = threading.Barrier(len(tasks))

    def run(task):
        try:
            gate.wait(10)
            return task()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def fact(unit, kind, source, day=TODAY):
    return lambda: record_evidence(
        unit=unit, kind=kind, happened_on=day, source=source, at=AT, actor=SYSTEM, late_reason="补"
    )


def test_one_source_from_many_threads_counts_once(place, plan):
    given = together([fact(place.school, "drill.evacuation", "drills.drill:1")] * THREADS)
    assert sorted(given) == [False] * (THREADS - 1) + [True]
    assert Tally.objects.get(unit=place.school, duty__code="2.1.f-1").done == 1
    assert not recount(place.county)


def test_many_facts_at_once_are_all_counted(place, plan):
    units = [place.school, place.second, place.third]
    tasks = [
        fact(units[number % 3], "inspection.patrol", f"i:{number}") for number in range(THREADS * 2)
    ]
    assert together(tasks) == [True] * (THREADS * 2)
    cells = Tally.objects.filter(duty__code="2.2.a-2", period_key="2026-W48", done__gt=0)
    assert [cell.done for cell in cells] == [4, 4, 4]
    row = Rollup.objects.get(org=place.county, duty__code="2.2.a-1", period_key="2026-11-23")
    assert (row.owed, row.met) == (3, 3)
    assert not recount(place.county)


def test_opening_and_recording_at_once_agree(place, plan):
    day = date(2026, 11, 20)
    units = [place.school, place.second, place.third]
    tasks = [
        fact(units[number % 3], "inspection.patrol", f"o:{number}", day) for number in range(4)
    ]
    tasks += [lambda: open_cells(place.county, day)] * 2
    given = together(tasks)
    assert not [each for each in given if isinstance(each, Exception)]
    assert not recount(place.county)
    cells = Tally.objects.filter(duty__code="2.2.a-1", period_key=str(day))
    assert sum(cell.done for cell in cells) == 4
    assert cells.count() == 3


def test_publishing_and_recording_at_once_agree(place):
    draft = import_plan(NOTICE, place.county, actor=place.clerk, at=AT)
    tasks = [
        fact(place.school, "drill.evacuation", "p:1"),
        fact(place.second, "inspection.patrol", "p:2"),
        lambda: publish_plan(Plan.objects.get(pk=draft.pk), actor=place.clerk, at=AT),
        fact(place.third, "inspection.patrol", "p:3"),
    ]
    given = together(tasks)
    assert not [each for each in given if isinstance(each, Exception)]
    assert Evidence.objects.count() == 3
    assert not recount(place.county)
    assert Tally.objects.get(unit=place.school, duty__code="2.1.f-1").met


def test_publishing_from_two_desks_happens_once(place):
    draft = import_plan(NOTICE, place.county, actor=place.clerk, at=AT)
    publish = lambda: publish_plan(  # noqa: E731
        Plan.objects.select_related("issuer").get(pk=draft.pk), actor=place.clerk, at=AT
    )
    given = together([publish, publish])
    assert sum(isinstance(each, Plan) for each in given) == 1
    assert sum(isinstance(each, StaleState) for each in given) == 1
    assert not recount(place.county)


def test_one_answer_to_an_exemption_wins(place, plan):
    duty = plan.duties.get(code="2.1.f-1")
    asked = ExemptionRequest(place.school, duty, date(2026, 11, 1), date(2026, 11, 30), "停课")
    pk = request_exemption(asked, actor=place.principal, at=AT).pk
    second = actor_of(make_user("钱宁", (place.county, "county_safety")))
    given = together(
        [
            lambda: approve_exemption(
                Exemption.objects.get(pk=pk), answer="", actor=place.officer, at=AT
            ),
            lambda: refuse_exemption(
                Exemption.objects.get(pk=pk), answer="不符", actor=second, at=AT
            ),
            fact(place.school, "drill.evacuation", "e:1"),
        ]
    )
    assert sum(isinstance(each, StaleState) for each in given) == 1
    assert given[2] is True
    assert not recount(place.county)


def test_lapsing_and_renewing_at_once_agree(place, plan):
    fact(place.school, "plan.approved", "s:0", date(2026, 8, 20))()
    together(
        [
            lambda: expire_standing(TODAY),
            fact(place.school, "plan.approved", "s:1"),
            lambda: expire_standing(TODAY),
        ]
    )
    assert Tally.objects.get(unit=place.school, duty__code="2.1.g-1").met
    assert not recount(place.county)


@on_postgresql
def test_a_fact_written_while_the_day_is_opened_is_counted(place, monkeypatch):
    thrice = NOTICE.replace('cadence = "weekly"\n', 'cadence = "weekly"\ntimes = 3\n')
    publish_plan(
        import_plan(thrice, place.county, actor=place.clerk, at=AT), actor=place.clerk, at=AT
    )
    opened, written = threading.Event(), threading.Event()
    count = cells.count_cells

    def count_late(*args):
        opened.set()
        written.wait(2)
        return count(*args)

    def write():
        opened.wait(10)
        with transaction.atomic():
            fact(place.school, "inspection.patrol", "w:1")()
            written.set()
            time.sleep(1)

    monkeypatch.setattr(cells, "count_cells", count_late)
    given = together([lambda: open_due(instant(TODAY + timedelta(days=1), 1)), write])
    assert not [each for each in given if isinstance(each, Exception)]
    assert Tally.objects.get(unit=place.school, duty__code="2.2.a-2", done__gt=0).done == 1
    assert not recount(place.county)


@on_postgresql
def test_a_fact_and_a_repair_do_not_wait_for_each_other(place, plan, monkeypatch):
    held = threading.Event()
    lock = evidence.lock_county

    def lock_late(county_id):
        held.set()
        time.sleep(1)
        lock(county_id)

    def repair():
        held.wait(10)
        return recount(place.county, repair_on=TODAY)

    monkeypatch.setattr(evidence, "lock_county", lock_late)
    given = together([fact(place.school, "drill.evacuation", "d:1"), repair])
    assert not [each for each in given if isinstance(each, Exception)]
    assert not recount(place.county)
