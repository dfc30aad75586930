"""Two people at one hazard at once, with real threads on both databases: one wins, one is told."""

from datetime import timedelta

import pytest
from django.db import connection

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import EndRequest, Escalation, Extension, Hazard, LedgerYear
from tests.builders import AT
from tests.loop.hazards.world import DUE, World
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database of their own: set ANXIAO_TEST_SQLITE to a file")
    return World()


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


def test_two_reassign_at_once(world):
    hazard = world.open()
    world.assign(hazard)
    first, second = fresh(hazard), fresh(hazard)
    principal, officer = world.principal, world.officer

    def reassign(row, name, actor):
        other = services.Responsible(responsible_unit="施工队", responsible_name=name)
        return lambda: services.reassign_hazard(row, other, reason="换人", actor=actor, at=AT)

    one_won(at_once(reassign(first, "甲", principal), reassign(second, "乙", officer)))
    assert Entry.objects.filter(action="reassign").count() == 1
    assert fresh(hazard).responsible_name in {"甲", "乙"}


def test_two_promise_interim_measures_at_once(world):
    hazard = world.open()
    first, second = fresh(hazard), fresh(hazard)
    principal, officer = world.principal, world.officer

    def renew(row, measure, actor):
        given = {"interim_measure": measure, "interim_until": DUE}
        return lambda: services.renew_interim_hazard(row, **given, actor=actor, at=AT)

    one_won(at_once(renew(first, "停用", principal), renew(second, "值守", officer)))
    assert Entry.objects.filter(action="renew_interim").count() == 1


def test_the_upper_level_accepts_and_sends_back_at_once(world):
    hazard = world.in_state("reported")
    first, second = fresh(hazard), fresh(hazard)
    clerk, head = world.clerk, world.head
    one_won(
        at_once(
            lambda: world.accept_up(first, actor=clerk),
            lambda: world.send_back(second, actor=head),
        )
    )
    told, escalation = fresh(hazard), Escalation.objects.get()
    answered = {"accepted": "approved", "open": "refused"}
    assert escalation.state == answered[told.state]
    assert (told.clock_stopped_on is not None) == (told.state == "accepted")


def test_a_hazard_is_handed_in_and_reported_up_at_once(world):
    hazard = world.open()
    world.assign(hazard)
    first, second = fresh(hazard), fresh(hazard)
    principal, maintainer = world.principal, world.maintainer
    one_won(
        at_once(
            lambda: world.submit(first, actor=maintainer),
            lambda: world.report_up(second, actor=principal),
        )
    )
    assert Escalation.objects.count() == (fresh(hazard).state == "reported")


def test_a_void_is_granted_and_refused_at_once(world):
    hazard = world.open()
    world.request_end(hazard)
    rows = [EndRequest.objects.select_related("hazard__org").get() for _ in range(2)]
    principal, clerk = world.principal, world.clerk

    def decide(row, approve, actor):
        given = {"approve": approve, "answer": "情况属实"}
        return lambda: services.decide_end(row, **given, actor=actor, at=AT)

    one_won(at_once(decide(rows[0], True, principal), decide(rows[1], False, clerk)))
    ends = {"void": "approved", "open": "refused"}
    assert EndRequest.objects.get().state == ends[fresh(hazard).state]


def test_a_hazard_is_listed_for_supervision_once(world):
    hazard = world.open()
    first, second = fresh(hazard), fresh(hazard)
    leader, bureau = world.leader, world.bureau
    answers = at_once(
        lambda: services.supervise_hazard(first, reason="限期整改", actor=leader, at=AT),
        lambda: services.supervise_hazard(second, reason="限期整改", actor=bureau, at=AT),
    )
    assert sum(isinstance(answer, Invalid) for answer in answers) == 1
    assert Entry.objects.filter(action="supervise").count() == 1
