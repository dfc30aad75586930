"""``anxiao doctor``: what is wrong, and what to do."""

import json
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from anxiao.project.management.base import require_tables
from anxiao.project.operate.examination import examine
from anxiao.project.operate.findings import Finding, Level, worst


class Command(BaseCommand):
    help = (
        "逐项检查：数据库、磁盘、备份、后台任务、消息、操作日志、节假日安排、时钟、证书、密钥，"
        "说明哪里不对、怎么办。退出码：0 正常，1 有需注意的，2 有故障。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")

    def handle(self, **options: Any) -> None:
        with suppress(DatabaseError):  # what cannot be reached is a finding below
            require_tables()
        found = []
        for finding in examine(timezone.now()):
            found.append(finding)
            if not options["json"]:
                self.tell(finding)
        level = worst(found)
        if options["json"]:
            answer = {"level": level.word, "findings": [as_json(finding) for finding in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            counts = {each: sum(f.level == each for f in found) for each in Level}
            told = "，".join(f"{each.label} {count} 项" for each, count in counts.items())
            self.stdout.write(f"\n{told}。")
        if level:
            raise SystemExit(int(level))

    def tell(self, finding: Finding) -> None:
        style = (str, self.style.WARNING, self.style.ERROR)[finding.level]
        self.stdout.write(f"{style(finding.level.label)}  {finding.told}")
        if finding.remedy:
            self.stdout.write(f"      怎么办：{finding.remedy}")


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding for programs."""
    return {
        "key": finding.key,
        "level": finding.level.word,
        "told": finding.told,
        "remedy": finding.remedy,
        "value": finding.value,
    }
