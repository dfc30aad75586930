"""The road of a hazard: every state with every step, the five commitments, the second person."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.queries import history_of
from anxiao.foundation.kernel.errors import Forbidden, Invalid, StaleState
from anxiao.foundation.messaging.models import Message
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards import services
from anxiao.loop.hazards.models import Hazard, HazardPhoto
from anxiao.loop.hazards.states import HAZARD_FLOW, HazardState
from tests.builders import AT, TODAY
from tests.loop.hazards.world import DUE, ROADS

PAIRS = [(state.value, step.name) for state in HazardState for step in HAZARD_FLOW]


@pytest.mark.parametrize(("state", "step"), PAIRS)
def test_every_state_with_every_step_either_moves_or_is_stale(world, state, step):
    hazard = world.in_state(state)
    assert hazard.state == state
    edge = HAZARD_FLOW[step]
    before = Entry.objects.count()
    if state in edge.sources:
        actor = {"actor": world.clerk} if state == "accepted" else {}
        getattr(world, step)(hazard, **actor)
        assert Hazard.objects.get(pk=hazard.pk).state == edge.target
        assert Entry.objects.filter(action=step, subject="hazards.hazard").exists()
    else:
        with pytest.raises(StaleState):
            getattr(world, step)(hazard)
        assert Hazard.objects.get(pk=hazard.pk).state == state
        assert Entry.objects.count() - before <= 1  # merge opens its target first


def test_the_whole_road_is_in_the_journal(world):
    hazard = world.open()
    for step in ("assign", "submit", "reject", "submit", "close"):
        getattr(world, step)(hazard)
    lines = [(line.action, line.old_state, line.new_state) for line in history_of(hazard)]
    assert lines == [
        ("open", "", ""),
        ("assign", "open", "assigned"),
        ("submit", "assigned", "submitted"),
        ("reject", "submitted", "assigned"),
        ("submit", "assigned", "submitted"),
        ("close", "submitted", "closed"),
    ]
    hazard.refresh_from_db()
    assert (hazard.rejections, hazard.closed_by_name) == (1, "钱一鸣")
    assert hazard.submitted_by_name == "孙师傅"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("responsible_unit", " "),
        ("measure", ""),
        ("funds", None),
        ("due_on", None),
        ("due_on", TODAY - timedelta(days=1)),
        ("due_on", date(2066, 1, 1)),
        ("funds", Decimal("-1")),
    ],
)
def test_each_commitment_is_asked_for(world, field, value):
    hazard = world.open()
    with pytest.raises(Invalid) as refused:
        world.assign(hazard, **{field: value})
    assert list(refused.value.fields) == [field]
    assert Hazard.objects.get(pk=hazard.pk).state == "open"


def test_all_missing_commitments_are_named_at_once(world):
    hazard = world.open()
    with pytest.raises(Invalid) as refused:
        world.assign(
            hazard, responsible_unit="", responsible_id=None, measure="", funds=None, due_on=None
        )
    named = {"responsible_unit", "responsible_name", "measure", "funds", "due_on"}
    assert set(refused.value.fields) == named


def test_a_past_deadline_is_told_with_the_day_to_take(world):
    with pytest.raises(Invalid) as refused:
        world.assign(world.open(), due_on=TODAY - timedelta(days=1))
    assert refused.value.message == "整改期限不能早于今天，请改为11月23日或以后。"


def test_funds_may_be_nothing_and_an_ordinary_one_needs_no_contingency(world):
    hazard = world.open()
    world.assign(hazard, funds=Decimal(0), contingency=" ", due_on=TODAY)
    hazard.refresh_from_db()
    assert (hazard.funds, hazard.contingency, hazard.due_on) == (0, "无需", TODAY)


def test_the_responsible_person_is_of_the_unit(world):
    hazard = world.open()
    with pytest.raises(Invalid) as refused:
        world.assign(hazard, responsible_id=world.users["stranger"].pk)
    assert "responsible_id" in refused.value.fields
    world.assign(hazard, responsible_id=None, responsible_name="施工队王工")
    assert Hazard.objects.get(pk=hazard.pk).responsible_name == "施工队王工"


def test_assigning_tells_the_responsible_person_once(world):
    hazard = world.open()
    world.assign(hazard)
    told = Message.objects.filter(user=world.users["maintainer"])
    assert [line.text.startswith("请整改：石门镇第一小学") for line in told] == [True]
    assert "11月30日" in told[0].text


def test_a_responsible_teacher_may_submit_what_others_may_not(world):
    hazard = world.open()
    world.assign(hazard, responsible_id=world.users["teacher"].pk)
    other = world.open()
    world.assign(other)
    with pytest.raises(Forbidden):
        world.submit(other, actor=world.teacher)
    world.submit(hazard, actor=world.teacher)
    assert hazard.state == "submitted"


def test_submitting_wants_a_photo_of_afterwards_or_a_reason(world):
    before = world.photo("officer", "before")
    hazard = world.open(photos=[before])
    world.assign(hazard)

    def submit(**given):
        given = {"result": "已更换", "actor": world.maintainer, "at": AT, **given}
        services.submit_hazard(hazard, **given)

    with pytest.raises(Invalid) as refused:
        submit()
    assert "photos" in refused.value.fields
    with pytest.raises(Invalid, match="与整改前相同"):
        submit(photos=[world.photo("maintainer", "before")])
    with pytest.raises(Invalid):
        submit(photos=[world.photo("stranger", "theirs")])
    with pytest.raises(Invalid):
        submit(result=" ", photos=[world.photo("maintainer")])
    submit(photos=[world.photo("maintainer", "after")])
    stages = HazardPhoto.objects.filter(hazard=hazard).order_by("id").values_list("stage")
    assert [stage for (stage,) in stages] == ["before", "after"]


def test_who_submitted_never_closes_nor_rejects(world):
    hazard = world.open()
    world.assign(hazard)
    world.submit(hazard, actor=world.principal)
    with pytest.raises(Invalid, match="不能复查自己提交的整改"):
        world.close(hazard, actor=world.principal)
    with pytest.raises(Invalid, match="不能复查自己提交的整改"):
        world.reject(hazard, actor=world.principal)
    world.close(hazard, actor=world.officer)


def test_the_database_refuses_a_closer_who_submitted(world):
    hazard = world.in_state("closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(closed_by=hazard.submitted_by_id)


def test_what_a_superior_found_is_verified_above(world):
    hazard = world.open(source="superior", actor=world.clerk)
    world.assign(hazard)
    world.submit(hazard)
    with pytest.raises(Forbidden):
        world.close(hazard, actor=world.principal)
    world.close(hazard, actor=world.clerk)
    assert hazard.state == "closed"


def test_a_major_hazard_is_verified_above(world):
    hazard = services.open_hazard(world.major(), actor=world.officer, at=AT)
    world.assign(hazard)
    world.submit(hazard)
    with pytest.raises(Forbidden):
        world.close(hazard, actor=world.principal)
    world.close(hazard, actor=world.bureau)


def test_closing_and_rejecting_want_words(world):
    hazard = world.in_state("submitted")
    with pytest.raises(Invalid):
        services.close_hazard(hazard, opinion=" ", actor=world.principal, at=AT)
    with pytest.raises(Invalid):
        services.reject_hazard(hazard, reason="", actor=world.principal, at=AT)


def test_closing_proves_and_reopening_takes_the_proof_back(world):
    hazard = world.in_state("closed")
    proof = Evidence.objects.get(kind="hazard.closed", unit=world.school)
    assert proof.source.startswith(f"hazards.hazard:{hazard.pk}:2026-11-23")
    assert proof.happened_on == TODAY
    world.reopen(hazard)
    proof.refresh_from_db()
    assert proof.revoked_at is not None
    later = AT + timedelta(hours=1)
    for step in ("assign", "submit", "close"):
        getattr(world, step)(hazard, at=later)
    assert Evidence.objects.filter(kind="hazard.closed", revoked_at__isnull=True).count() == 1


def test_a_reopened_hazard_starts_over_without_its_old_stamps(world):
    hazard = world.in_state("closed")
    world.reopen(hazard)
    hazard.refresh_from_db()
    assert hazard.state == "open"
    stamps = (hazard.closed_at, hazard.closed_by_id, hazard.submitted_by_id, hazard.due_on)
    assert stamps == (None, None, None, None)
    assert hazard.closed_by_name == ""


def test_a_reopened_hazard_is_the_units_again(world):
    hazard = world.in_state("accepted")
    world.assign(hazard, actor=world.clerk)
    for step in ("submit", "close", "reopen", "assign"):
        getattr(world, step)(hazard)
    person = services.Responsible(responsible_unit="石门镇第一小学", responsible_name="赵师傅")
    services.reassign_hazard(hazard, person, reason="生病", actor=world.principal, at=AT)
    hazard.refresh_from_db()
    assert (hazard.upper_org, hazard.responsible_name) == (None, "赵师傅")


def test_reopening_ends_with_its_time(world):
    hazard = world.in_state("closed")
    with pytest.raises(Invalid, match="请另行登记"):
        world.reopen(hazard, at=AT + timedelta(days=181))
    world.reopen(hazard, at=AT + timedelta(days=180))


@pytest.mark.parametrize("state", [state for state in ROADS if state != "closed"])
def test_the_database_holds_closed_and_stamp_together(world, state):
    hazard = world.in_state(state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(closed_at=AT)


def test_an_unknown_state_is_refused_by_the_database(world):
    hazard = world.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(**{"state": "done"})


def test_suggested_dates_are_kept_for_the_form(world):
    hazard = world.open(suggested_measure="更换", suggested_days=3)
    assert (hazard.suggested_measure, hazard.suggested_days) == ("更换", 3)
    assert DUE > TODAY
