"""Report-ups with their clocks, extensions, voids, merges, supervision, comments."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleState
from anxiao.foundation.messaging.models import Message
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import EndRequest, Escalation, Extension, Hazard
from anxiao.loop.hazards.queries import overdue
from tests.builders import AT, TODAY
from tests.loop.hazards.world import DUE

LATER = AT + timedelta(days=10)


# Report-up


def test_a_report_up_is_due_in_five_working_days_and_told(world):
    escalation = world.report_up(world.open())
    assert escalation.to_org == world.town
    assert escalation.answer_due_on == date(2026, 11, 30)
    told = Message.objects.filter(user=world.users["clerk"]).values_list("text", flat=True)
    assert any("应于 11月30日 前答复" in text for text in told)


def test_the_clock_stops_from_acceptance_only(world):
    hazard = world.open()
    world.assign(hazard)
    late = DUE + timedelta(days=1)
    world.report_up(hazard)
    path = world.school.path
    assert hazard in overdue(world.principal, path, late)
    world.accept_up(hazard)
    assert hazard not in overdue(world.principal, path, late)
    assert hazard.clock_stopped_on == TODAY
    world.assign(hazard, actor=world.clerk, at=LATER, due_on=TODAY + timedelta(days=30))
    hazard.refresh_from_db()
    assert (hazard.stopped_days, hazard.clock_stopped_on) == (10, None)


def test_after_acceptance_the_upper_level_assigns(world):
    hazard = world.in_state("accepted")
    with pytest.raises(Forbidden):
        world.assign(hazard, actor=world.principal)
    world.assign(hazard, actor=world.clerk, responsible_id=world.users["head"].pk)
    assert hazard.responsible_name == "吴主任"


def test_an_accepted_hazard_goes_further_up_and_back_with_its_days(world):
    hazard = world.open()
    world.assign(hazard)
    world.report_up(hazard)
    world.accept_up(hazard)
    with pytest.raises(Forbidden):
        world.report_up(hazard, actor=world.principal)
    further = world.report_up(hazard, actor=world.clerk)
    assert further.to_org == world.county
    with pytest.raises(Forbidden):
        world.send_back(hazard, actor=world.clerk)
    world.send_back(hazard, actor=world.bureau, at=LATER)
    hazard.refresh_from_db()
    assert hazard.state == "open"
    assert (hazard.due_on, hazard.stopped_days) == (DUE + timedelta(days=10), 10)
    assert (hazard.clock_stopped_on, hazard.beyond_means_at) == (None, None)


def test_the_answer_is_kept_and_told(world):
    hazard = world.open()
    world.report_up(hazard)
    world.send_back(hazard)
    escalation = Escalation.objects.get()
    assert (escalation.state, escalation.answer) == ("refused", "学校可自行解决")
    assert escalation.answered_at == AT
    told = Message.objects.filter(user=world.users["principal"]).values_list("text", flat=True)
    assert any("上报被退回" in text for text in told)


def test_answers_and_reports_want_words(world):
    hazard = world.open()
    for given in ({"reason": " "}, {"interim_measure": ""}):
        words = {"reason": "缺资金", "interim_measure": "封闭", **given}
        with pytest.raises(Invalid) as refused:
            services.report_up_hazard(hazard, **words, actor=world.principal, at=AT)
        assert list(refused.value.fields) == list(given)
    world.report_up(hazard)
    with pytest.raises(Invalid):
        services.accept_up_hazard(hazard, answer=" ", actor=world.clerk, at=AT)
    with pytest.raises(Forbidden):
        world.accept_up(hazard, actor=world.principal)


def test_the_top_has_nobody_to_report_to(world):
    hazard = world.open(org=world.county, actor=world.bureau)
    with pytest.raises(Invalid, match="没有上级单位"):
        world.report_up(hazard, actor=world.bureau)


def test_beyond_means_is_marked_once_and_waits_for_a_report(world):
    hazard = world.open()
    services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=AT)
    with pytest.raises(Invalid):
        services.mark_beyond_means(hazard, reason="需大修", actor=world.principal, at=AT)
    assert Hazard.objects.get().beyond_means_at == AT
    world.report_up(hazard, at=LATER)
    assert Hazard.objects.get().beyond_means_at == AT


# Extension


def test_a_second_person_of_the_verifying_level_extends(world):
    hazard = world.open()
    world.assign(hazard)
    extension = world.request_extension(hazard, actor=world.principal)
    with pytest.raises(Invalid, match="自己的申请"):
        services.decide_extension(extension, approve=True, answer="", actor=world.principal, at=AT)
    services.decide_extension(extension, approve=True, answer="", actor=world.officer, at=AT)
    hazard.refresh_from_db()
    assert hazard.due_on == DUE + timedelta(days=7)
    with pytest.raises(StaleState):
        services.decide_extension(extension, approve=True, answer="", actor=world.officer, at=AT)


def test_what_a_superior_found_is_extended_above(world):
    hazard = world.open(source="joint", actor=world.clerk)
    world.assign(hazard)
    extension = world.request_extension(hazard)
    with pytest.raises(Forbidden):
        services.decide_extension(extension, approve=True, answer="", actor=world.principal, at=AT)
    with pytest.raises(Invalid):
        services.decide_extension(extension, approve=False, answer="", actor=world.clerk, at=AT)
    services.decide_extension(extension, approve=False, answer="不得拖延", actor=world.clerk, at=AT)
    hazard.refresh_from_db()
    assert hazard.due_on == DUE


def test_an_extension_is_later_and_asked_for_once(world):
    hazard = world.open()
    world.assign(hazard)
    with pytest.raises(Invalid, match="请选择晚于 11月30日 的日期"):
        world.request_extension(hazard, days=0)
    world.request_extension(hazard)
    with pytest.raises(Conflict):
        world.request_extension(hazard)


def test_a_request_falls_away_when_the_hazard_moves_on(world):
    hazard = world.open()
    world.assign(hazard)
    extension = world.request_extension(hazard)
    world.submit(hazard)
    extension.refresh_from_db()
    assert (extension.state, extension.decided_by) == ("withdrawn", None)
    world.reject(hazard)
    world.request_extension(hazard)


def test_the_database_wants_a_second_person(world):
    hazard = world.open()
    world.assign(hazard)
    world.request_extension(hazard)
    world.request_end(hazard)
    for model in (Extension, EndRequest):
        row = model.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(
                **{"state": "approved"}, decided_at=AT, decided_by=row.requested_by_id
            )


# Void and merge


def test_a_void_needs_a_second_person(world):
    hazard = world.open()
    request = world.request_end(hazard)
    with pytest.raises(Invalid, match="自己的申请"):
        services.decide_end(request, approve=True, answer="", actor=world.officer, at=AT)
    services.decide_end(request, approve=True, answer="确属误报", actor=world.principal, at=AT)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.ended_at) == ("void", AT)
    line = Entry.objects.get(action="void")
    assert line.detail["reason"] == "重复登记"


def test_a_unit_cannot_void_what_a_superior_found(world):
    hazard = world.open(source="superior", actor=world.clerk)
    request = world.request_end(hazard)
    with pytest.raises(Forbidden):
        services.decide_end(request, approve=True, answer="", actor=world.principal, at=AT)
    services.decide_end(request, approve=False, answer="情况属实", actor=world.clerk, at=AT)
    hazard.refresh_from_db()
    assert hazard.state == "open"
    world.request_end(hazard)


def test_a_merge_goes_into_a_living_hazard_of_the_unit(world):
    hazard, twin = world.open(), world.open()
    elsewhere = world.open(org=world.neighbour, actor=world.stranger)
    for into in (hazard, elsewhere):
        with pytest.raises(Invalid) as refused:
            world.request_end(hazard, into=into)
        assert "into" in refused.value.fields
    request = world.request_end(hazard, into=twin)
    for step in ("assign", "submit", "close"):
        getattr(world, step)(twin)
    with pytest.raises(Conflict, match="已不在账上"):
        services.decide_end(request, approve=True, answer="", actor=world.principal, at=AT)
    request.refresh_from_db()
    assert request.state == "requested"
    world.reopen(twin)
    services.decide_end(request, approve=True, answer="", actor=world.principal, at=AT)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.merged_into) == ("merged", twin)


def test_the_database_refuses_a_merge_into_itself(world):
    hazard = world.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(
            **{"state": "merged"}, merged_into=hazard.pk, ended_at=AT
        )


# Supervision and comments


def test_the_county_lists_for_supervision_once(world):
    hazard = world.open()
    with pytest.raises(Forbidden):
        services.supervise_hazard(hazard, reason="限期整改", actor=world.clerk, at=AT)
    services.supervise_hazard(hazard, reason="限期整改", actor=world.leader, at=AT)
    assert hazard.supervised_on == TODAY
    with pytest.raises(Invalid):
        services.supervise_hazard(hazard, reason="限期整改", actor=world.bureau, at=AT)
    told = set(
        Message.objects.filter(text__startswith="挂牌督办").values_list("user__name", flat=True)
    )
    assert {"程然", "钱一鸣", "周安"} <= told


def test_who_sees_a_hazard_may_comment(world):
    hazard = world.open()
    services.comment_hazard(hazard, text="已联系厂家", actor=world.clerk, at=AT)
    with pytest.raises(NotFound):
        services.comment_hazard(hazard, text="看看", actor=world.stranger, at=AT)
    with pytest.raises(Invalid):
        services.comment_hazard(hazard, text=" ", actor=world.clerk, at=AT)
    assert Entry.objects.get(action="comment").detail == {}
