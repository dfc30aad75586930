"""G13: ``python -m bench.jobs letters|runs COUNT``, in the product; seconds, printed.

``letters`` is the outbox emptied by its worker: each letter claimed, sent to nowhere, its answer
kept, marked as sent. ``runs`` are periodic jobs that do nothing: claimed, run, closed.
"""

import os
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.conf import settings
from django.utils import timezone

from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.services import Periodic, run_due
from anxiao.foundation.messaging import adapters
from anxiao.foundation.messaging.models import Outgoing
from anxiao.foundation.messaging.services import deliver
from anxiao.foundation.messaging.states import Channel, OutboxState

WORDS = "安校：您有 3 条未读消息"
NOWHERE = {"host": "127.0.0.1", "port": 25, "sender": "a@example.org", "user": "", "password": ""}


def letters(count: int) -> float:
    """Seconds that ``count`` letters take."""
    settings.MAIL_SERVER = NOWHERE | {"tls": False}
    adapters.send_mail = lambda *_told: adapters.Answer(True, 250, "accepted")
    at = timezone.now()
    told = {"channel": Channel.MAIL, "subject": WORDS, "text": WORDS}
    Outgoing.objects.all().delete()
    Outgoing.objects.bulk_create(
        Outgoing(address=f"u{number}@example.org", next_at=at, created_at=at, **told)
        for number in range(count)
    )
    begin = time.perf_counter()
    while deliver(timezone.now()):
        pass
    took = time.perf_counter() - begin
    if Outgoing.objects.filter(outcome=OutboxState.SENT).count() != count:
        raise RuntimeError("the outbox is not empty")
    return took


def runs(count: int) -> float:
    """Seconds that ``count`` runs of jobs take."""
    jobs = [
        Periodic(f"bench.{number}", timedelta(hours=1), lambda _at: None) for number in range(count)
    ]
    PeriodicRun.objects.filter(name__startswith="bench.").delete()
    at = timezone.now()
    PeriodicRun.objects.bulk_create(PeriodicRun(name=job.name, next_at=at) for job in jobs)
    begin = time.perf_counter()
    ran = run_due(jobs)
    took = time.perf_counter() - begin
    if len(ran) != count:
        raise RuntimeError(f"{len(ran)} jobs ran")
    return took


MEASURED = {"letters": letters, "runs": runs}

if __name__ == "__main__":
    print(MEASURED[sys.argv[1]](int(sys.argv[2])))
