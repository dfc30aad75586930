"""R12: two workers, one killed with -9 again and again; jobs and messages come through."""

import os
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from anxiao.foundation.messaging.models import Outgoing, OutgoingAnswer, Robot
from anxiao.foundation.messaging.services import _seal
from tests.builders import make_county

ROOT = Path(__file__).parent.parent.parent.parent
RUNNER = Path(__file__).parent / "runner.py"
EVERY = 0.3
KILLS = 4
MESSAGES = 120
WITHIN = 90
JOBS = ("one", "two", "three")


@pytest.fixture
def runs(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE runs (job varchar(20), at double precision,"
            " began double precision, ended double precision)"
        )
    yield table
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE runs")


def table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT job, at, began, ended FROM runs ORDER BY began")
        return cursor.fetchall()


def until(condition, what):
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_r12_jobs_and_messages_survive_kills_of_two_workers(runs, robot_server):
    robot_server.answers = [(200, {}, '{"errcode":0}')] * (MESSAGES + KILLS)
    url = f"http://{robot_server.netloc}/robot"
    robot = Robot.objects.create(
        org=make_county(), channel="wecom", name="x", sealed_url=_seal(url)
    )
    now = timezone.now()
    Outgoing.objects.bulk_create(
        Outgoing(channel="wecom", robot=robot, text=f"第 {n} 条", next_at=now, created_at=now)
        for n in range(MESSAGES)
    )

    def start():
        name = str(connection.settings_dict["NAME"])
        return subprocess.Popen(
            [sys.executable, str(RUNNER), name, robot_server.netloc],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    workers = [start(), start()]
    try:
        for kill in range(KILLS):
            seen = len(runs())
            until(lambda: len(runs()) >= seen + 6, "jobs stand still")  # noqa: B023
            workers[kill % 2].kill()
            workers[kill % 2].wait()
            workers[kill % 2] = start()
        last = len(runs())
        until(
            lambda: min(Counter(row[0] for row in runs()[last:]).get(j, 0) for j in JOBS) >= 2,
            "a job was skipped after the last kill",
        )
        until(lambda: not Outgoing.objects.exclude(outcome="sent").exists(), "messages left")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()

    for job in JOBS:
        mine = [row for row in runs() if row[0] == job]
        for earlier, later in pairwise(mine):
            assert later[1] - earlier[1] >= EVERY - 0.001, f"{job} ran twice in one period"
            assert earlier[3] <= later[2], f"{job} ran in two workers at once"
    sent = Counter(body["text"]["content"] for _path, body in robot_server.received)
    assert len(sent) == MESSAGES
    assert sum(sent.values()) - MESSAGES <= KILLS, "one message in flight per kill at the most"
    taken = OutgoingAnswer.objects.filter(ok=True).values_list("outgoing_id", flat=True)
    assert sorted(taken) == sorted(Outgoing.objects.values_list("pk", flat=True))
