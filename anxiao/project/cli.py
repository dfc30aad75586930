"""The ``anxiao`` command: Django's commands under our name."""

import os
import re
import sys

import django
from django.core.management import (
    execute_from_command_line,
    get_commands,
    load_command_class,
)
from django.db import DatabaseError, connection

HELP: tuple[list[str], ...] = (["-h"], ["--help"], ["help"], [])
NO_TABLES = "数据库还没有建好，请先运行 anxiao setup。"


def main() -> None:
    """Run one command; its exit code is the process's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
    program, *words = sys.argv
    if words in HELP:
        sys.stdout.write(overview())
        return
    if words[:1] == ["demo"] or "--demo" in words:
        os.environ["ANXIAO_DEMO"] = "1"
    if not words[0].startswith("-"):
        words[0] = words[0].replace("-", "_")  # verify-journal lives in verify_journal.py
    try:
        execute_from_command_line([program, *words])
    except DatabaseError:
        if "django_migrations" in connection.introspection.table_names():
            raise
        sys.exit(NO_TABLES)


def overview() -> str:
    """Our own commands, a line each; Django's are there too, for who knows them."""
    django.setup()
    ours = {name: app for name, app in get_commands().items() if app.startswith("anxiao.")}
    lines = ["用法：anxiao 命令 [选项]", ""]
    for name, app in sorted(ours.items()):
        told = re.split(r"[。；\n]", load_command_class(app, name).help)[0]
        lines.append(f"  {name.replace('_', '-'):<16}{told}")
    return "\n".join([*lines, "", "某个命令的用法：anxiao 命令 --help", ""])
