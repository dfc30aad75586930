"""``anxiao setup``: migrations, the cache table, and the reference data that is shipped."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from anxiao.loop.hazards.services import load_criteria
from anxiao.loop.inspections.services import load_shipped_checklists
from anxiao.project.operate.structure import refuse_newer


class Command(BaseCommand):
    help = "更新数据库结构，装入随程序发布的检查表和重大隐患判定标准。可反复执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.set_defaults(migrate=True)
        parser.add_argument(
            "--no-migrate", action="store_false", dest="migrate", help="不更新数据库结构"
        )

    def handle(self, **options: Any) -> None:
        verbosity = options["verbosity"]
        refuse_newer()
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
        at = timezone.now()
        load_shipped_checklists(at=at)
        load_criteria(at=at)
