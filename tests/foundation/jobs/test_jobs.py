"""Periodic jobs: once per period, one runner at a time, taken up again when the runner died."""

from datetime import UTC, datetime, timedelta

import pytest

from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.services import LEASE, Periodic, run_due

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_job_runs_once_per_period():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    assert run_due(jobs, at=NOW) == ["count"]
    assert run_due(jobs, at=NOW + HOUR / 2) == []
    assert run_due(jobs, at=NOW + HOUR) == ["count"]
    assert ran == [NOW, NOW + HOUR]


def test_a_leased_job_is_left_alone_until_the_lease_ends():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    PeriodicRun.objects.create(name="count", next_at=NOW, leased_until=NOW + LEASE)
    assert run_due(jobs, at=NOW + LEASE / 2) == []
    assert run_due(jobs, at=NOW + LEASE) == ["count"]
    assert ran == [NOW + LEASE]


def test_a_failing_job_is_noted_and_the_next_one_runs(caplog):
    ran = []

    def fail(at):
        raise RuntimeError("磁盘已满")

    assert run_due([Periodic("bad", HOUR, fail), Periodic("good", HOUR, ran.append)], at=NOW) == [
        "bad",
        "good",
    ]
    assert PeriodicRun.objects.get(name="bad").error == "RuntimeError: 磁盘已满"
    assert ran == [NOW]
    assert "bad" in caplog.text


def test_a_second_runner_does_not_run_what_the_first_is_running():
    nested = []

    def run(at):
        nested.extend(run_due(jobs, at=at))

    jobs = [Periodic("once", HOUR, run)]
    assert run_due(jobs, at=NOW) == ["once"]
    assert nested == []
