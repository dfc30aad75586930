"""What the tests of pages ask, send and read."""

import uuid

from django.urls import reverse

from anxiao.loop.inspections.models import Round
from anxiao.loop.inspections.services import RoundPlan, StopPlan, save_round
from tests.builders import AT
from tests.loop.inspections.world import picture_file


def text(response):
    return response.content.decode()


def status(client, url):
    """The status alone; a file that was opened is closed."""
    response = client.get(url)
    for close in response._resource_closers:  # response.close() would close the database too
        close()
    return response.status_code


def fill_url(checklist, **asked):
    parts = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('inspections:new')}?checklist={checklist.pk}&{parts}"


def filled(checklist, fails=(), **fields):
    fails = dict(fails)
    body = {"uuid": str(uuid.uuid4()), "kind": "self_check", "happened_on": "2026-11-23"}
    for item in checklist.items:
        code = item["code"]
        body[f"a_{code}"] = "fail" if code in fails else "pass"
        if code in fails:
            body[f"n_{code}"] = fails[code]
            body[f"p_{code}"] = [picture_file()]
    return body | fields


def make_round(world, owner="guard", stops=None):
    plan = RoundPlan(
        name=f"早巡查{Round.objects.count()}",
        owner=owner,
        cadence="school_daily",
        times=1,
        stops=stops or (StopPlan(world.point.pk, "gate"),),
    )
    return save_round(world.school, plan, actor=world.officer, at=AT)
