"""When a job runs next. Plain values only."""

from datetime import datetime, timedelta

FIRST_RETRY = timedelta(seconds=15)
SKEW = timedelta(minutes=5)
"""How far clocks of two machines may differ; an instant further ahead means that a clock jumped."""


def next_run(
    started_at: datetime, finished_at: datetime, every: timedelta, failures: int
) -> datetime:
    """``every`` after the start; after a failure sooner, the wait doubling up to ``every``."""
    if not failures:
        return started_at + every
    return finished_at + min(every, FIRST_RETRY * (1 << min(failures - 1, 16)))
