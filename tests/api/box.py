"""What the tests of the conflict box send and read."""

import uuid
from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anxiao.loop.inspections.models import Checklist
from tests.builders import sign_in

NOTED = "灭火器过期"


def one_failure(world):
    checklist = Checklist.objects.get(code="gate", owner=None)
    answers = {item["code"]: {"a": "pass"} for item in checklist.items}
    wrong = next(item["code"] for item in checklist.items if not item["photo"])
    return {
        "uuid": str(uuid.uuid4()),
        "unit": world.school.pk,
        "checklist": checklist.pk,
        "kind": "self_check",
        "happened_on": str(timezone.localdate()),
        "answers": {**answers, wrong: {"a": "fail", "note": "门卫室无人"}},
    }


def browser(world, name):
    return sign_in(Client(), world.users[name])


def read(answer):
    return unescape(answer.content.decode())


def page(row, step="detail"):
    return reverse(f"conflicts:{step}", args=[row.pk])
