"""R4: threads of two processes write, one holds on or works long, a backup runs: nobody is locked
out. How long they wait is measured by ``bench.turns``.
"""

import json
import subprocess
import sys

import pytest

from bench import turns
from bench.load import part
from tests.project.conftest import ROOT, command, environment

THREADS, EACH, HOLDS = 8, 4, 1.0
UNITS, SECONDS = 12, 10.0
WARMED = 2
"""Inspections handed in before the clock runs: one by each process of phones."""
WRITER = """
import json, sys, threading, time
import django
django.setup()
from django.db import connection, transaction
from django.utils import timezone
from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.services import record

threads, each, holds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
waits, faults, over = [], [], threading.Event()

def write(seconds):
    began = time.monotonic()
    with transaction.atomic():
        record("act", "house", actor=SYSTEM, at=timezone.now())
        time.sleep(seconds)
    waits.append(time.monotonic() - began)

def work(number):
    try:
        n = 0
        while n < each or not over.is_set():
            write(holds if (number, n) == (0, 2) else 0)
            n += 1
    except Exception as fault:
        faults.append(str(fault))
    finally:
        connection.close()

print("ready", flush=True)
sys.stdin.readline()
crowd = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
for thread in crowd:
    thread.start()
sys.stdin.readline()
over.set()
for thread in crowd:
    thread.join()
print(json.dumps({"waits": waits, "faults": faults}))
"""
COUNT = """
import django
django.setup()
from anxiao.foundation.journal.models import Entry
print(Entry.objects.filter(action="act").count())
"""


RIGHT = """
import django
django.setup()
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.services import recount
from anxiao.loop.inspections.models import Inspection
wrong = sum(len(recount(county)) for county in Org.objects.filter(kind="county"))
print(Inspection.objects.count(), wrong)
"""


def program(house, text, *words, **more):
    return subprocess.Popen(
        [sys.executable, "-c", text, *words],
        cwd=ROOT,
        env=environment(house, DJANGO_SETTINGS_MODULE="anxiao.project.settings", **more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tell(writers):
    """Begin; or, the second time, go on no longer than need be."""
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_r4_nobody_is_locked_out(sqlite_house, tmp_path):
    numbers = (str(THREADS), str(EACH))
    writers = [
        program(sqlite_house, WRITER, *numbers, str(HOLDS), ANXIAO_GROUP_COMMIT="1"),
        program(sqlite_house, WRITER, *numbers, "0"),
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n", writer.stderr.read()
    tell(writers)
    backup = command(sqlite_house, "backup", str(tmp_path / "backups"))
    tell(writers)
    told = [json.loads(writer.communicate(timeout=200)[0]) for writer in writers]
    assert backup.returncode == 0, backup.stderr
    assert [each["faults"] for each in told] == [[], []]
    waits = sorted(wait for each in told for wait in each["waits"])
    counted = program(sqlite_house, COUNT).communicate(timeout=60)[0]
    assert int(counted) == len(waits) >= 2 * THREADS * EACH
    assert waits[-1] >= HOLDS


@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(240, func_only=True)
def test_r4_a_long_job_works_in_short_turns(sqlite_house, tmp_path, record_property):
    env = environment(sqlite_house, DJANGO_SETTINGS_MODULE="anxiao.project.settings")
    built = [sys.executable, "-W", "ignore", "-m", "bench.world", str(UNITS)]
    world = tmp_path / "world.json"
    world.write_bytes(
        subprocess.run(built, cwd=ROOT, env=env, check=True, capture_output=True).stdout
    )
    backup = [sys.executable, "-m", "anxiao", "backup", str(tmp_path / "backups")]
    found = turns.crowd(env, world, SECONDS, backup)
    assert found.faults == []
    assert found.rounds >= 2
    assert len(found.waits) >= 2 * THREADS
    counted = program(sqlite_house, RIGHT).communicate(timeout=60)[0]
    assert counted.split() == [str(len(found.waits) + WARMED), "0"]
    record_property("p99_ms", part(found.waits, 0.99))
    record_property("longest_turn_ms", max(found.held[-1], found.job[-1]))
    sys.stdout.write(f"{found}\n")
