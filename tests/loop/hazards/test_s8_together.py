"""Two people at one hazard at once, with real threads on both databases: one wins, one is told."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Extension, Hazard, LedgerYear
from tests.builders import AT
from tests.loop.hazards.world import DUE, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database of their own: set ANXIAO_TEST_SQLITE to a file")
    return World()


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run ``works`` in threads that start together; what each returned or raised."""
    gate = threading.Barrier(len(works))
    answers: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[place] = work()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def one_won(answers) -> None:
    lost = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(lost) == len(answers) - 1, answers
    assert all(isinstance(answer, Conflict) for answer in lost), answers


def fresh(hazard: Hazard) -> Hazard:
    return Hazard.objects.get(pk=hazard.pk)


@pytest.mark.parametrize("_round", range(3))
def test_two_verifiers_close_and_reject_at_once(world, _round):
    hazard = world.in_state("submitted")
    first, second = fresh(hazard), fresh(hazard)
    principal, officer = world.principal, world.officer
    one_won(
        at_once(
            lambda: world.close(first, actor=principal),
            lambda: world.reject(second, actor=officer),
        )
    )
    assert fresh(hazard).state in {"closed", "assigned"}
    moved = Entry.objects.filter(subject="hazards.hazard", action__in=("close", "reject"))
    assert moved.count() == 1


def test_two_assign_at_once(world):
    hazard = world.open()
    first, second = fresh(hazard), fresh(hazard)
    principal, officer = world.principal, world.officer
    one_won(
        at_once(
            lambda: world.assign(first, actor=principal, measure="甲"),
            lambda: world.assign(second, actor=officer, measure="乙"),
        )
    )
    told = fresh(hazard)
    assert (told.measure, told.assigned_by.name) in {("甲", "钱一鸣"), ("乙", "程然")}


def test_a_phone_sends_the_same_hazard_twice_at_once(world):
    found, officer = world.found(), world.officer
    answers = at_once(
        *[lambda: services.open_hazard(found, actor=officer, at=AT).number for _ in range(4)]
    )
    assert answers == ["2026-0001"] * 4
    assert Hazard.objects.count() == 1
    assert LedgerYear.objects.get().last == 1


def test_many_open_at_once_without_gaps_or_doubles(world):
    actors = [world.officer, world.principal, world.teacher, world.clerk]

    def enter(actor):
        return lambda: [
            services.open_hazard(world.found(), actor=actor, at=AT).serial for _ in range(5)
        ]

    answers = at_once(*map(enter, actors))
    assert sorted(serial for serials in answers for serial in serials) == list(range(1, 21))


def test_grading_up_while_it_is_assigned_never_leaves_a_major_one_without_its_four(world):
    hazard = world.open()
    first, second = fresh(hazard), fresh(hazard)
    principal, officer = world.principal, world.officer
    answers = at_once(
        lambda: world.assign(first, actor=principal, interim_measure=""),
        lambda: world.grade(second, actor=officer),
    )
    told = fresh(hazard)
    assert not (told.level == "major" and told.state == "assigned")
    assert sum(isinstance(answer, (Conflict, Invalid)) for answer in answers) == 1


def test_an_extension_granted_while_it_is_handed_in(world):
    hazard = world.open()
    world.assign(hazard)
    world.request_extension(hazard)
    extension = Extension.objects.select_related("hazard__org").get()
    other = fresh(hazard)
    principal, maintainer = world.principal, world.maintainer
    answers = at_once(
        lambda: services.decide_extension(
            extension, approve=True, answer="", actor=principal, at=AT
        ),
        lambda: world.submit(other, actor=maintainer),
    )
    told, request = fresh(hazard), Extension.objects.get()
    assert told.state == "submitted"
    granted = told.due_on == DUE + timedelta(days=7)
    assert request.state == ("approved" if granted else "withdrawn")
    assert isinstance(answers[0], Conflict) is not granted
