"""Periodic jobs: claimed by a lease with a heartbeat, so that no two workers run one together.

A worker that dies leaves its lease to run out, and another takes the job up: every job is run at
least once. Whatever a job does must therefore be safe to run twice. A runner that was stopped so
long that its lease went to another cannot close the other's run: each claim has its own name.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone

from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.rules import SKEW, next_run

LEASE = timedelta(seconds=60)
BEATS = 4
"""Heartbeats within one lease."""
logger = logging.getLogger("anxiao.jobs")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that runs every ``every``; ``run`` gets the instant it was started at."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


def run_due(
    periodics: Iterable[Periodic],
    *,
    clock: Clock = timezone.now,
    lease: timedelta = LEASE,
    stopping: Callable[[], bool] = bool,
) -> list[str]:
    """Run each job that is due and free, until ``stopping``; return the names run, in order.

    The clock is read for each job anew: the one before may have taken long.
    """
    ran = []
    for job in periodics:
        if stopping():
            break
        at = clock()
        holder = _claim(job, at, lease)
        if holder:
            _run(job, at, holder, clock, lease)
            ran.append(job.name)
    return ran


def note_run(
    name: str, *, every: timedelta, started_at: datetime, finished_at: datetime, error: str = ""
) -> None:
    """Note a run that a timer outside the worker started, such as the nightly backup."""
    told = {"started_at": started_at, "next_at": started_at + every, "error": error[:500]}
    if not error:
        told["finished_at"] = finished_at
    PeriodicRun.objects.update_or_create(name=name, defaults=told)


def _claim(job: Periodic, at: datetime, lease: timedelta) -> str:
    """The name of a new claim, or ``""`` when the job is not due or another holds it."""
    PeriodicRun.objects.get_or_create(name=job.name, defaults={"next_at": at})
    due = Q(next_at__lte=at) | Q(next_at__gt=at + job.every + SKEW)
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    free |= Q(leased_until__gt=at + lease + SKEW)
    holder = secrets.token_hex(8)
    rows = PeriodicRun.objects.filter(due, free, name=job.name)
    won = rows.update(leased_until=at + lease, started_at=at, holder=holder)
    return holder if won else ""


def _run(job: Periodic, at: datetime, holder: str, clock: Clock, lease: timedelta) -> None:
    error = ""
    try:
        with _heartbeat(job, holder, clock, lease):
            job.run(at)
    except Exception as fault:  # one bad job must not stop the others
        logger.exception("periodic job failed", extra={"job": job.name})
        error = f"{type(fault).__name__}: {fault}"[:500]
    _close(job, at, holder, clock(), error)


@transaction.atomic
def _close(job: Periodic, at: datetime, holder: str, now: datetime, error: str) -> None:
    rows = PeriodicRun.objects.filter(name=job.name, holder=holder)
    past = rows.values_list("failures", flat=True).first()
    if past is None:  # it ran so long without a heartbeat that another has taken it up
        logger.warning("periodic job lost its lease", extra={"job": job.name})
        return
    failures = past + 1 if error else 0
    rows.update(
        leased_until=None,
        holder="",
        failures=failures,
        next_at=next_run(at, now, job.every, failures),
        finished_at=now,
        error=error,
    )


@contextmanager
def _heartbeat(job: Periodic, holder: str, clock: Clock, lease: timedelta) -> Iterator[None]:
    """Extend the lease from a thread of its own as long as the job runs."""
    over = threading.Event()
    pause = lease.total_seconds() / BEATS

    def beat() -> None:
        try:
            while not over.wait(pause):
                _extend(job, holder, clock() + lease)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease of {job.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _extend(job: Periodic, holder: str, until: datetime) -> None:
    try:
        PeriodicRun.objects.filter(name=job.name, holder=holder).update(leased_until=until)
    except Error:  # busy or away: the next beat tries again, and the lease has room for it
        logger.warning("lease not extended", extra={"job": job.name})
