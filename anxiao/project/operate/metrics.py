"""Metrics: requests counted as they pass, the signals asked when somebody reads."""

import os
from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from anxiao.foundation.jobs.queries import lags
from anxiao.project.operate.health import health
from anxiao.project.schedule import SCHEDULE

disable_created_metrics()  # type: ignore[no-untyped-call]
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one server keep their counts together (set by ``anxiao serve``)."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = Counter(
    "anxiao_requests", "Requests answered", ("route", "method", "status"), registry=REGISTRY
)
SECONDS = Histogram(
    "anxiao_request_seconds", "Time to answer", ("route",), buckets=BUCKETS, registry=REGISTRY
)
MEASURES = {
    "disk": ("anxiao_disk_free_bytes", "Room left where the data lies"),
    "outbox": ("anxiao_outbox_lag_seconds", "How long the oldest message due waits"),
    "backup": ("anxiao_backup_age_seconds", "Time since the last backup ended"),
    "journal": ("anxiao_journal_unsealed_seconds", "Age of the oldest line not yet sealed"),
    "jobs": ("anxiao_job_lag_seconds", "How late the latest periodic job is; -1 if one never ran"),
}


class Signals(Collector):
    """The signals as gauges."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """0 is well, 1 needs attention, 2 is a fault."""
        at = timezone.now()
        found = health(at)
        levels = GaugeMetricFamily("anxiao_signal", "0 ok, 1 warning, 2 fault", labels=["signal"])
        for finding in found:
            levels.add_metric([finding.key], finding.level)
        yield levels
        for finding in found:
            if finding.key in MEASURES and finding.value is not None:
                yield GaugeMetricFamily(*MEASURES[finding.key], value=finding.value)
        if not found[0].level:
            failures = GaugeMetricFamily(
                "anxiao_job_failures", "Failed runs in a row", labels=["job"]
            )
            for lag in lags((job.name for job in SCHEDULE), at):
                failures.add_metric([lag.name], lag.failures)
            yield failures


def text() -> bytes:
    """All metrics in the Prometheus text format."""
    requests = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    else:
        requests.register(_Counted())
    signals = CollectorRegistry()
    signals.register(Signals())
    return generate_latest(requests) + generate_latest(signals)


class _Counted(Collector):
    """The counts of this process, which is the only one."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for counted in (REQUESTS, SECONDS):
            yield from counted.collect()  # type: ignore[misc]
