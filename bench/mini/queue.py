"""The floor with a bare queue: django-tasks-db and nothing else."""

from bench.mini.settings import *  # noqa: F403
from bench.mini.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_tasks", "django_tasks_db"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
