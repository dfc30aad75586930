"""What was asked of people is their task until it is done, by whomever."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anxiao.foundation.messaging.models import Message
from anxiao.foundation.messaging.queries import unread_count
from anxiao.foundation.messaging.services import mark_read
from anxiao.loop.hazards import services
from tests.builders import AT, sign_in

LATER = AT + timedelta(hours=3)


def waiting():
    """Whose task still stands, and what it begins with."""
    rows = Message.objects.filter(kind="task", settled_at__isnull=True).order_by("pk")
    return {(name, text[:4]) for name, text in rows.values_list("user__name", "text")}


def begun():
    return {text for _name, text in waiting()}


def test_each_step_settles_what_the_step_before_asked_for(world):
    hazard = world.open()
    assert begun() == {"请指派整"}
    world.assign(hazard)
    assert begun() == {"请整改："}
    world.submit(hazard)
    assert begun() == {"请复查："}
    world.reject(hazard)
    assert begun() == {"整改被退"}
    world.submit(hazard)
    world.close(hazard, at=LATER)
    assert waiting() == set()
    assert set(Message.objects.filter(text__startswith="请复查").values_list("settled_at")) == {
        (AT,),
        (LATER,),
    }


@pytest.mark.parametrize(("end", "left"), [("void", set()), ("merge", {"请指派整"})])
def test_an_end_settles_the_hazard_and_the_request_for_it(world, end, left):
    hazard = world.open()
    getattr(world, end)(hazard)
    assert begun() == left
    ours = Message.objects.filter(kind="task", url=reverse("hazards:detail", args=[hazard.pk]))
    assert ours.filter(settled_at__isnull=True).count() == 0


def test_an_answer_settles_the_request_and_leaves_the_hazard_asked_for(world):
    hazard = world.open()
    world.assign(hazard)
    extension = world.request_extension(hazard)
    assert begun() == {"请整改：", "申请延期"}
    services.decide_extension(extension, approve=True, answer="", actor=world.principal, at=AT)
    assert begun() == {"请整改："}


def test_a_request_that_falls_away_is_settled(world):
    hazard = world.open()
    world.assign(hazard)
    world.request_extension(hazard)
    world.submit(hazard)
    assert begun() == {"请复查："}


def test_another_persons_hazard_is_no_task_of_the_first(world):
    hazard = world.open()
    world.assign(hazard)
    assert {name for name, _text in waiting()} == {"孙师傅"}
    services.reassign_hazard(
        hazard,
        services.Responsible(
            responsible_id=world.users["principal"].pk,
            responsible_name="",
            responsible_unit="总务处",
        ),
        reason="原责任人请假",
        actor=world.officer,
        at=AT,
    )
    assert {name for name, _text in waiting()} == {"钱一鸣"}


def test_a_settled_task_is_neither_unread_nor_asked_for_in_the_inbox(world):
    hazard = world.open()
    world.assign(hazard)
    user = world.users["maintainer"]
    inbox = sign_in(Client(), user).get(reverse("messaging:inbox")).content.decode()
    assert ("待我办理" in inbox, "已办结" in inbox) == (True, False)
    assert "ax-unread" in inbox
    world.submit(hazard, actor=world.officer)
    assert unread_count(user.pk) == 0
    inbox = sign_in(Client(), user).get(reverse("messaging:inbox")).content.decode()
    assert ("待我办理" in inbox, "已办结" in inbox) == (False, True)
    assert "ax-unread" not in inbox


def test_reading_a_task_does_not_settle_it_nor_lose_when_it_was_read(world):
    hazard = world.open()
    world.assign(hazard)
    mark_read(world.maintainer, None, at=AT)
    assert begun() == {"请整改："}
    world.submit(hazard, at=LATER)
    told = Message.objects.get(user=world.users["maintainer"], kind="task")
    assert (told.read_at, told.settled_at) == (AT, LATER)
