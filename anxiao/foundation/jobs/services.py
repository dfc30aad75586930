"""Periodic jobs: claimed by a lease, so that two workers never run one at the same time.

A job must be safe to run twice: a worker that dies after its work and before its receipt leaves a
lease behind, and the next worker runs the job again.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from anxiao.foundation.jobs.models import PeriodicRun

LEASE = timedelta(minutes=10)
logger = logging.getLogger("anxiao.jobs")


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that runs every ``every``; ``run`` gets the instant it was started at."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


def run_due(periodics: Iterable[Periodic], *, at: datetime) -> list[str]:
    """Run each job that is due and free at ``at``; return the names run, in order."""
    return [job.name for job in periodics if _claim(job, at) and _run(job, at)]


def _claim(job: Periodic, at: datetime) -> bool:
    PeriodicRun.objects.get_or_create(name=job.name, defaults={"next_at": at})
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    due = PeriodicRun.objects.filter(free, name=job.name, next_at__lte=at)
    return due.update(leased_until=at + LEASE, started_at=at) == 1


def _run(job: Periodic, at: datetime) -> bool:
    error = ""
    try:
        job.run(at)
    except Exception as fault:  # one bad job must not stop the others
        logger.exception("periodic job %s failed", job.name)
        error = f"{type(fault).__name__}: {fault}"[:500]
    PeriodicRun.objects.filter(name=job.name).update(
        leased_until=None, next_at=at + job.every, finished_at=timezone.now(), error=error
    )
    return True
