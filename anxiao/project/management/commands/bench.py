"""``anxiao bench``: the measurements of ``make bench``, from a checkout."""

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anxiao.project import env


class Command(BaseCommand):
    help = (
        "测量速度（各项旁边是同一轮测得的下限）；只能在源码目录里运行。退出码：0 测完，1 没有测完。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quick", action="store_true", help="小规模，约五分钟")
        parser.add_argument("--only", default="", metavar="G1,G5", help="只测这些")

    def handle(self, **options: Any) -> None:
        if not (env.ROOT / "bench").is_dir():
            raise CommandError("这里没有 bench 文件夹：请在源码目录里运行。")
        words = ["--quick"] if options["quick"] else []
        words += ["--only", options["only"]] if options["only"] else []
        code = subprocess.call([sys.executable, "-m", "bench", *words], cwd=env.ROOT)  # noqa: S603 - our own
        if code:
            raise CommandError("没有测完，原因见上。")
