"""Reads: which periodic jobs are late, and when something ran last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anxiao.foundation.jobs.models import PeriodicRun


@dataclass(frozen=True, slots=True)
class Lag:
    """How long a job is overdue, and how often in a row it has failed."""

    name: str
    late: timedelta
    failures: int


def lags(names: Iterable[str], at: datetime) -> list[Lag]:
    """One ``Lag`` per job in the order of ``names``; a job that never ran is late for ever."""
    known = {run.name: run for run in PeriodicRun.objects.all()}
    return [_lag(name, known.get(name), at) for name in names]


def finished_at(name: str) -> datetime | None:
    """When the job ended last without an error that kept it from ending."""
    run = PeriodicRun.objects.filter(name=name).first()
    return run.finished_at if run else None


def _lag(name: str, run: PeriodicRun | None, at: datetime) -> Lag:
    if run is None:
        return Lag(name, timedelta.max, 0)
    return Lag(name, max(timedelta(), at - run.next_at), run.failures)
