"""Periodic jobs: once per period, one runner at a time, taken up again when the runner died."""

from datetime import UTC, datetime, timedelta

import pytest

from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.queries import Lag, finished_at, lags
from anxiao.foundation.jobs.rules import FIRST_RETRY, SKEW, next_run
from anxiao.foundation.jobs.services import LEASE, Periodic, note_run, run_due

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run_at(jobs, at, **how):
    return run_due(jobs, clock=lambda: at, **how)


def test_a_job_runs_once_per_period():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    assert run_at(jobs, NOW) == ["count"]
    assert run_at(jobs, NOW + HOUR / 2) == []
    assert run_at(jobs, NOW + HOUR) == ["count"]
    assert ran == [NOW, NOW + HOUR]


def test_a_leased_job_is_left_alone_until_the_lease_ends():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    PeriodicRun.objects.create(name="count", next_at=NOW, leased_until=NOW + LEASE, holder="dead")
    assert run_at(jobs, NOW + LEASE / 2) == []
    assert run_at(jobs, NOW + LEASE) == ["count"]
    assert ran == [NOW + LEASE]


def test_a_failing_job_is_noted_and_the_next_one_runs(caplog):
    ran = []

    def fail(at):
        raise RuntimeError("磁盘已满")

    jobs = [Periodic("bad", HOUR, fail), Periodic("good", HOUR, ran.append)]
    assert run_at(jobs, NOW) == ["bad", "good"]
    assert PeriodicRun.objects.get(name="bad").error == "RuntimeError: 磁盘已满"
    assert ran == [NOW]
    assert [record.job for record in caplog.records] == ["bad"]


def test_a_failing_job_is_tried_again_soon_then_ever_later_and_a_success_ends_that():
    verdicts = [RuntimeError, RuntimeError, RuntimeError, None]

    def run(at):
        fault = verdicts.pop(0)
        if fault:
            raise fault

    jobs, at, waits = [Periodic("shaky", HOUR, run)], NOW, []
    while verdicts:
        assert run_at(jobs, at) == ["shaky"]
        waits.append(PeriodicRun.objects.get().next_at - at)
        at += waits[-1]
    assert waits == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, HOUR]
    kept = PeriodicRun.objects.get()
    assert (kept.failures, kept.error, kept.holder, kept.leased_until) == (0, "", "", None)


def test_a_retry_never_waits_longer_than_the_period():
    assert next_run(NOW, NOW, timedelta(minutes=1), 40) == NOW + timedelta(minutes=1)


def test_a_second_runner_does_not_run_what_the_first_is_running():
    nested = []

    def run(at):
        nested.extend(run_at(jobs, at))

    jobs = [Periodic("once", HOUR, run)]
    assert run_at(jobs, NOW) == ["once"]
    assert nested == []


def test_the_clock_is_read_for_each_job_anew():
    instants = iter([NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR])
    started = []
    jobs = [Periodic("slow", HOUR, started.append), Periodic("next", HOUR, started.append)]
    assert run_due(jobs, clock=lambda: next(instants)) == ["slow", "next"]
    assert started == [NOW, NOW + 2 * HOUR], "the second lease starts when it is taken"


def test_a_runner_that_lost_its_lease_does_not_close_the_others_run():
    def stall(at):
        """Sleep past the lease; another worker takes the job up meanwhile."""
        PeriodicRun.objects.update(holder="another", leased_until=NOW + HOUR)

    assert run_at([Periodic("once", HOUR, stall)], NOW) == ["once"]
    kept = PeriodicRun.objects.get()
    assert (kept.holder, kept.leased_until, kept.finished_at) == ("another", NOW + HOUR, None)


def test_r10_a_clock_set_back_by_days_stops_no_job():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    ahead = NOW + timedelta(days=3)
    PeriodicRun.objects.create(name="count", next_at=ahead, leased_until=ahead + LEASE, holder="x")
    assert run_at(jobs, NOW) == ["count"]
    assert PeriodicRun.objects.get().next_at == NOW + HOUR


def test_r10_clocks_of_two_machines_may_differ_a_little():
    ran = []
    jobs = [Periodic("count", HOUR, ran.append)]
    assert run_at(jobs, NOW + SKEW) == ["count"]
    assert run_at(jobs, NOW) == []


def test_no_new_job_is_begun_when_the_worker_is_to_stop():
    ran = []
    jobs = [Periodic("first", HOUR, ran.append), Periodic("second", HOUR, ran.append)]
    assert run_at(jobs, NOW, stopping=lambda: bool(ran)) == ["first"]
    assert run_at(jobs, NOW) == ["second"]


def test_lags_name_what_is_late_what_fails_and_what_never_ran():
    def fail(at):
        raise RuntimeError

    run_at([Periodic("good", HOUR, lambda at: None), Periodic("bad", HOUR, fail)], NOW)
    assert lags(["good", "bad", "never"], NOW + 2 * HOUR) == [
        Lag("good", HOUR, 0),
        Lag("bad", 2 * HOUR - FIRST_RETRY, 1),
        Lag("never", timedelta.max, 0),
    ]


def test_a_run_by_a_timer_is_noted_and_a_failed_one_keeps_the_last_success():
    day = timedelta(days=1)
    assert finished_at("backup") is None
    note_run("backup", every=day, started_at=NOW, finished_at=NOW + HOUR)
    later = NOW + day
    note_run("backup", every=day, started_at=later, finished_at=later + HOUR, error="disk full")
    assert finished_at("backup") == NOW + HOUR
    assert PeriodicRun.objects.get().error == "disk full"
