"""``anxiao demo``: the demo county, made once; ``--json`` prints its accounts for scripts."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anxiao.demo.build import build_demo, is_built
from anxiao.demo.queries import facts
from anxiao.foundation.orgs.models import Org


class Command(BaseCommand):
    help = "建立演示县（已有则不动）；--json 输出演示账号和基本情况，供脚本使用。"
    stealth_options = ("quiet",)  # `serve` has set the database up already

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出账号和基本情况")
        parser.set_defaults(quiet=False)

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        if not options["quiet"]:
            call_command("setup", verbosity=0)
        if not is_built():
            if Org.objects.exists():
                raise CommandError(
                    "这里已有单位，演示县只建在空的数据文件夹中：请用 ANXIAO_DATA 另指一个。"
                )
            build_demo(at, self.say)
        if options["json"]:
            self.stdout.write(json.dumps(facts(at), ensure_ascii=False, indent=2))

    def say(self, text: str) -> None:
        """Progress goes beside the answer, not into it."""
        self.stderr.write(f"  {text}")
        self.stderr.flush()
