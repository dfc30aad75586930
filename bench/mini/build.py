"""Make the floor's tables with people in them and print their session keys as JSON."""

import json
import os
import sys
from datetime import date

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.mini.settings"
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction

from bench.mini.models import Line

PEOPLE, LINES = 200, 70


def build() -> list[str]:
    """Tables, people, their lines, their sessions."""
    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0, run_syncdb=True)  # the floor has no migrations of its own
    with transaction.atomic():
        return _fill()


def _fill() -> list[str]:
    people = User.objects.bulk_create(User(username=f"u{n}", password="!") for n in range(PEOPLE))
    Line.objects.bulk_create(
        (
            Line(user=user, title=f"每周检查第{n}项", status="due", due_on=date(2026, 12, 1))
            for user in people
            for n in range(LINES)
        ),
        batch_size=500,
    )
    keys = []
    for user in people:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(session.session_key)
    return keys


if __name__ == "__main__":
    json.dump(build(), sys.stdout)
