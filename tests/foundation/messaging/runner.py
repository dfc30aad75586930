"""A worker process of test_kills: jobs that note when they ran, and the outbox. Never ends."""

import os
import sys
import time
from datetime import timedelta

import django
from django.conf import settings
from django.db import DatabaseError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.ROBOT_HOSTS = [sys.argv[2]]
django.setup()

from anxiao.foundation.jobs.services import Periodic, run_due  # noqa: E402
from anxiao.foundation.messaging.services import deliver  # noqa: E402

LEASE = timedelta(seconds=2)
EVERY = timedelta(seconds=0.3)


def noting(name):
    def run(at):
        began = time.time()
        time.sleep(0.02)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO runs (job, at, began, ended) VALUES (%s, %s, %s, %s)",
                [name, at.timestamp(), began, time.time()],
            )

    return Periodic(name, EVERY, run)


JOBS = [
    *map(noting, ("one", "two", "three")),
    Periodic("deliver", EVERY, lambda at: deliver(at, lease=LEASE)),
]

while True:
    try:
        run_due(JOBS, lease=LEASE)
    except DatabaseError as fault:
        sys.stderr.write(f"{fault}\n")
    time.sleep(0.02)
