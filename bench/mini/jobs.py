"""G13's floor: ``python -m bench.mini.jobs COUNT``, a bare queue emptied by its own worker.

Prints the seconds that COUNT tasks took which do nothing.
"""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.mini.queue"
django.setup()

from django.core.management import call_command
from django.db import transaction
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from bench.mini.tasks import send

WORDS = "安校：您有 3 条未读消息"


def main(count: int) -> float:
    """Seconds that the worker needs for ``count`` tasks."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        DBTaskResult.objects.all().delete()
        for number in range(count):
            send.enqueue(f"u{number}@example.org", WORDS)
    worker = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="bench",
        excluded_queue_names=[],
    )
    begin = time.perf_counter()
    worker.run()
    took = time.perf_counter() - begin
    if DBTaskResult.objects.successful().count() != count:
        raise RuntimeError("the queue is not empty")
    return took


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
