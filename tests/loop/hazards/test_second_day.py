"""What happens after the first day: measures run out, people leave, units merge, holidays come."""

from datetime import date, timedelta

import pytest

from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.queries import posts_of
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid, StaleState
from anxiao.foundation.messaging.models import Message
from anxiao.foundation.orgs.services import merge_org
from anxiao.loop.hazards import queries, services
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.views import wording
from tests.builders import AT, TODAY, actor_of, make_user
from tests.loop.hazards.world import DUE

DAY = timedelta(days=1)


def waiting(world, name, day=TODAY):
    """Steps that wait for a person on a day."""
    post = posts_of(world.users[name].pk, day)[0]
    actor = actor_of(world.users[name], day)
    return [item.step for item in queries.waiting_for(actor, post, day)]


def warnings(world, hazard, day):
    """What the page of a hazard warns of."""
    row = queries.hazards_with_all(Hazard.objects.all()).get(pk=hazard.pk)
    page = queries.hazard_page(row, world.principal, day)
    return [(each["text"], each["tone"]) for each in wording.warnings(page)]


def renew(world, hazard, until, actor=None, measure="停用，专人值守"):
    services.renew_interim_hazard(
        hazard,
        interim_measure=measure,
        interim_until=until,
        actor=actor or world.principal,
        at=AT,
    )


# An interim measure runs out


def test_an_interim_measure_is_promised_until_the_deadline_unless_said_otherwise(world):
    plain, said, none = world.open(), world.open(), world.open()
    world.assign(plain)
    world.assign(said, interim_until=TODAY + DAY)
    world.assign(none, interim_measure="")
    untils = [Hazard.objects.get(pk=each.pk).interim_until for each in (plain, said, none)]
    assert untils == [DUE, TODAY + DAY, None]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (4, []),
        (3, [("临时防范措施有效期至11月30日，请提前落实。", "soon")]),
        (0, [("临时防范措施有效期至11月30日，请提前落实。", "soon")]),
        (-2, [("临时防范措施已到期 2 天，请核对现场，重新落实。", "late")]),
    ],
)
def test_the_page_warns_before_and_after_its_last_day(world, left, expected):
    hazard = world.open()
    world.assign(hazard)
    assert warnings(world, hazard, DUE - left * DAY) == expected


def test_its_end_waits_for_those_who_assign_and_ends_with_a_new_promise(world):
    hazard = world.open()
    world.assign(hazard, due_on=TODAY + 30 * DAY, interim_until=DUE)
    assert waiting(world, "principal", DUE - 4 * DAY) == []
    assert waiting(world, "principal", DUE - 3 * DAY) == ["renew_interim"]
    assert waiting(world, "maintainer", DUE - 3 * DAY) == ["submit"]
    assert waiting(world, "stranger", DUE) == []
    assert list(Hazard.objects.interim_ending(DUE - 3 * DAY)) == [hazard]
    renew(world, hazard, DUE + 20 * DAY)
    assert waiting(world, "principal", DUE) == []
    assert warnings(world, hazard, DUE) == []
    line = Entry.objects.get(action="renew_interim")
    assert line.detail == {"interim_measure": "停用，专人值守", "interim_until": "2026-12-20"}


def test_a_promise_goes_on_while_the_upper_level_thinks_and_ends_with_the_hazard(world):
    hazard = world.open()
    escalation = world.report_up(hazard)
    assert Hazard.objects.get().interim_until == escalation.answer_due_on
    world.accept_up(hazard)
    assert waiting(world, "principal", escalation.answer_due_on + DAY) == ["renew_interim"]
    done = world.in_state("closed")
    assert done not in Hazard.objects.interim_ending(DUE + 99 * DAY)


def test_a_promise_wants_words_and_a_day_to_come(world):
    hazard = world.open()
    for until in (None, TODAY - DAY, date(2066, 1, 1)):
        with pytest.raises(Invalid) as refused:
            renew(world, hazard, until)
        assert list(refused.value.fields) == ["interim_until"]
    with pytest.raises(Invalid) as refused:
        renew(world, hazard, TODAY, measure=" ")
    assert list(refused.value.fields) == ["interim_measure"]
    with pytest.raises(Forbidden):
        renew(world, hazard, TODAY, actor=world.maintainer)
    renew(world, hazard, TODAY)


def test_it_fills_what_a_major_hazard_lacks(world):
    hazard = services.open_hazard(world.major(interim_measure=""), actor=world.officer, at=AT)
    assert queries.lacking(hazard) == ("interim_measure",)
    renew(world, hazard, DUE)
    assert queries.lacking(hazard) == ()


# A report-up that nobody answers


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (0, "已上报，上级应于11月30日前答复", "soon"),
        (7, "已上报，上级应于11月30日前答复", "soon"),
        (8, "已上报，上级答复超期 1 天", "late"),
    ],
)
def test_the_page_says_how_long_the_upper_level_has_not_answered(world, days, text, tone):
    hazard = world.open()
    world.report_up(hazard)
    row = queries.hazards_with_all(Hazard.objects.all()).get()
    day = TODAY + days * DAY
    page = queries.hazard_page(row, world.principal, day)
    assert wording.verdict(page, day) == (text, tone)


def test_the_upper_level_reads_that_it_is_to_answer(world):
    world.report_up(world.open())
    row = queries.hazards_with_all(Hazard.objects.all()).get()
    for days, text in ((0, "请于11月30日前答复"), (8, "下级上报，答复超期 1 天")):
        day = TODAY + days * DAY
        assert wording.verdict(queries.hazard_page(row, world.clerk, day), day)[0] == text


def test_the_units_own_deadline_goes_on_meanwhile(world):
    hazard = world.open()
    world.assign(hazard, due_on=TODAY)
    world.report_up(hazard)
    row = queries.hazards_with_all(Hazard.objects.all()).get()
    page = queries.hazard_page(row, world.principal, TODAY + 2 * DAY)
    told = wording.verdict(page, TODAY + 2 * DAY)
    assert told == ("已上报，上级应于11月30日前答复；整改超期 2 天", "late")


# The responsible person leaves


def leave(world, name, day=TODAY):
    Membership.objects.filter(user=world.users[name]).update(until_on=day)


def test_who_has_left_is_seen_and_the_hazard_goes_to_another(world):
    hazard = world.open()
    world.assign(hazard)
    assert warnings(world, hazard, TODAY) == []
    leave(world, "maintainer", TODAY)
    later = TODAY + DAY
    assert ("责任人孙师傅已不在岗，请改派。", "late") in warnings(world, hazard, later)
    assert waiting(world, "principal", later) == ["reassign"]
    responsible = services.Responsible(
        responsible_unit="石门镇第一小学", responsible_id=world.users["teacher"].pk
    )
    services.reassign_hazard(
        hazard, responsible, reason="孙师傅调离", actor=world.principal, at=AT + DAY
    )
    hazard.refresh_from_db()
    assert (hazard.state, hazard.responsible_name, hazard.due_on) == ("assigned", "李老师", DUE)
    assert waiting(world, "principal", later) == []
    assert waiting(world, "teacher", later) == ["submit"]
    line = Entry.objects.get(action="reassign")
    assert line.detail == {"responsible": "李老师", "before": "孙师傅", "reason": "孙师傅调离"}
    told = Message.objects.filter(user=world.users["teacher"]).values_list("text", flat=True)
    assert [text.startswith("请整改：") for text in told] == [True]
    world.submit(hazard, actor=world.teacher)


def test_a_locked_account_counts_as_gone(world):
    hazard = world.open()
    world.assign(hazard)
    user = world.users["maintainer"]
    user.is_active = False
    user.save()
    assert waiting(world, "principal") == ["reassign"]


def test_reassigning_wants_another_person_a_reason_and_the_right(world):
    hazard = world.open()
    same = services.Responsible(
        responsible_unit="石门镇第一小学", responsible_id=world.users["maintainer"].pk
    )
    with pytest.raises(StaleState):
        services.reassign_hazard(hazard, same, reason="换人", actor=world.principal, at=AT)
    world.assign(hazard)
    other = services.Responsible(responsible_unit="施工队", responsible_name="王工")
    nobody = services.Responsible(responsible_unit="施工队", responsible_name=" ")
    theirs = services.Responsible(
        responsible_unit="施工队", responsible_id=world.users["stranger"].pk
    )
    for responsible, reason, field in (
        (same, "换人", "responsible_id"),
        (other, " ", "reason"),
        (nobody, "换人", "responsible_name"),
        (theirs, "换人", "responsible_id"),
    ):
        with pytest.raises(Invalid) as refused:
            services.reassign_hazard(
                hazard, responsible, reason=reason, actor=world.principal, at=AT
            )
        assert list(refused.value.fields) == [field]
    with pytest.raises(Forbidden):
        services.reassign_hazard(hazard, other, reason="换人", actor=world.maintainer, at=AT)
    services.reassign_hazard(hazard, other, reason="换人", actor=world.officer, at=AT)


def test_what_the_upper_level_assigned_it_reassigns(world):
    hazard = world.in_state("accepted")
    world.assign(hazard, actor=world.clerk, responsible_id=world.users["head"].pk)
    other = services.Responsible(responsible_unit="施工队", responsible_name="王工")
    with pytest.raises(Forbidden):
        services.reassign_hazard(hazard, other, reason="换人", actor=world.principal, at=AT)
    services.reassign_hazard(hazard, other, reason="换人", actor=world.clerk, at=AT)


# The unit is merged while hazards are open


def test_a_merged_units_hazards_are_carried_on_by_the_one_that_took_it_over(world):
    hazard = world.open()
    world.assign(hazard)
    merge_org(world.school, world.neighbour, reason="布局调整", actor=world.bureau, at=AT)
    later = TODAY + DAY
    assert waiting(world, "stranger", later) == ["reassign"]
    row = Hazard.objects.select_related("org").get()
    names = [name for _pk, name, _posts in queries.assignable_people(row, later)]
    assert names == ["王邻"]
    heir = actor_of(world.users["stranger"], later)
    theirs = services.Responsible(
        responsible_unit=world.neighbour.name, responsible_id=world.users["stranger"].pk
    )
    services.reassign_hazard(row, theirs, reason="单位合并", actor=heir, at=AT + DAY)
    services.submit_hazard(row, result="已更换", no_photo_reason="夜间", actor=heir, at=AT + DAY)
    second = make_user("王校长", (world.neighbour, "principal"))
    world.users["heir"] = second
    assert waiting(world, "heir", later) == ["close"]
    world.close(row, actor=actor_of(second, later), at=AT + DAY)
    assert (row.state, row.org) == ("closed", world.school)


# Major and overdue


def test_major_and_overdue_waits_for_the_bureau_to_list_it(world):
    major = services.open_hazard(world.major(), actor=world.officer, at=AT)
    ordinary = world.open()
    for hazard in (major, ordinary):
        world.assign(hazard)
    assert waiting(world, "bureau", DUE) == []
    late = DUE + DAY
    assert waiting(world, "bureau", late) == waiting(world, "leader", late) == ["supervise"]
    assert "supervise" not in waiting(world, "clerk", late) + waiting(world, "principal", late)
    services.supervise_hazard(major, reason="限期整改", actor=world.bureau, at=AT + 8 * DAY)
    assert waiting(world, "bureau", late) == []
    assert list(queries.supervised(world.bureau, world.county.path)) == [major]


# Clicked twice, deadlines on holidays, wrong entries


def test_a_step_clicked_twice_is_taken_once(world):
    hazard = world.open()
    first, second = (Hazard.objects.select_related("org").get(pk=hazard.pk) for _ in range(2))
    world.assign(first)
    with pytest.raises(Conflict):
        world.assign(second)
    assert Entry.objects.filter(action="assign").count() == 1


def test_a_deadline_on_a_holiday_is_taken_and_counts(world):
    hazard = world.open()
    saturday = date(2026, 11, 28)
    world.assign(hazard, due_on=saturday)
    assert hazard not in queries.overdue(world.principal, world.school.path, saturday)
    assert hazard in queries.overdue(world.principal, world.school.path, saturday + DAY)


def test_a_wrong_entry_leaves_the_ledger_by_two_people_and_keeps_its_number(world):
    wrong = world.open()
    world.void(wrong)
    again = world.open()
    assert [each.number for each in (wrong, again)] == ["2026-0001", "2026-0002"]
    assert Hazard.objects.get(pk=wrong.pk).state == "void"
