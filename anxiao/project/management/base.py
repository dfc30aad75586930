"""What the commands over registers have in common: plain help, and a database that is there."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from anxiao.foundation.orgs.models import Org

USAGE = 2
"""Exit code of a command that was not written as it should be, as argparse has it."""
NO_TABLES = "数据库还没有建好，请先运行 anxiao setup。"


def require_tables() -> None:
    """Say what to do when there are no tables yet."""
    if Org._meta.db_table not in connection.introspection.table_names():
        raise CommandError(NO_TABLES)


class RegisterCommand(BaseCommand):
    """Help without Django's own switches; ``epilog`` stands below it as it is."""

    epilog = ""
    requires_system_checks = ()
    suppressed_base_arguments = {
        *("--version", "--settings", "--pythonpath", "--traceback", "--verbosity"),
        *("--no-color", "--force-color", "--skip-checks"),
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = self.epilog

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Say what to do when there are no tables yet, instead of what the database says."""
        require_tables()
        return super().execute(*args, **options)
