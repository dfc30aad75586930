"""``anxiao verify-journal``: prove that no line of the journal was touched."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from anxiao.foundation.journal.queries import verify

WORDS = {
    "changed": "被改动",
    "removed": "被删除",
    "inserted": "是事后插入的",
    "cut": "之后的日志被截去（数据库外留有其后的封存值）",
    "rewritten": "起的日志连同封存链被重新制作（与数据库外留存的封存值不符）",
}


class Command(BaseCommand):
    help = "校验操作日志的哈希链，指出第一条被改动、删除或插入的日志。有问题时退出码为 1。"

    def handle(self, **options: Any) -> None:
        verdict = verify(settings.ANXIAO_DATA / "journal-heads.log")
        if verdict.fault:
            raise CommandError(
                f"第 {verdict.fault.entry_id} 号日志{WORDS[verdict.fault.kind]}。"
                f"此前 {verdict.checked} 条校验无误。请立即封存数据文件夹并报告审计管理员。"
            )
        told = f"已校验 {verdict.checked} 条，全部无误；另有 {verdict.unsealed} 条待封存。"
        self.stdout.write(told)
