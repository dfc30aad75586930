"""The ``anxiao`` command: Django's commands under our name."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; its exit code is the process's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
    program, *words = sys.argv
    if words[:1] == ["demo"] or "--demo" in words:
        os.environ["ANXIAO_DEMO"] = "1"
    if words and not words[0].startswith("-"):
        words[0] = words[0].replace("-", "_")  # verify-journal lives in verify_journal.py
    execute_from_command_line([program, *words])
