"""R1: the short form of ``make chaos``: killed with -9 under load, nothing acknowledged is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHORT = ("--kills", "2", "--writes", "300", "--clients", "6", "--nemesis", "kill", "--most", "120")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_r1_nothing_acknowledged_is_lost(database):
    told = subprocess.run(
        [sys.executable, "-m", "bench.chaos", "--database", database, "--seed", "7", *SHORT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    verdict = json.loads(told.stdout.splitlines()[1])
    assert verdict["faults"] == []
    assert verdict["kills"] == 2
    assert verdict["acknowledged"] >= 300
