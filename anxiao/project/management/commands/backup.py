"""``anxiao backup DEST``: everything, while everybody works."""

from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from anxiao.foundation.jobs.services import note_run
from anxiao.project.operate.backup import make
from anxiao.project.operate.findings import span
from anxiao.project.operate.progress import bar
from anxiao.project.schedule import BACKUP

DAY = timedelta(days=1)
FILES_MISSING = 3


class Command(BaseCommand):
    help = (
        "在线备份：数据库、照片和文件、日志封存记录，完成后自行校验；系统照常使用。"
        "保留最近 7 天、4 周、12 个月各一份，照片只存一份。不要用 cp 复制数据库文件代替。"
        "退出码：0 完成，1 没有备份成，3 完成但有照片原件缺失或损坏。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path, metavar="备份文件夹", help="最好在另一块磁盘上")
        parser.add_argument(
            "--with-keys", action="store_true", help="连同密钥；这样的备份须加密保管"
        )

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        try:
            with bar("备份") as progress:
                made = make(
                    options["place"], at=at, with_keys=options["with_keys"], progress=progress
                )
        except (CommandError, OSError) as fault:
            with suppress(Error):  # it may be the database that is away
                note_run(BACKUP, every=DAY, started_at=at, finished_at=at, error=str(fault))
            raise CommandError(f"没有备份成：{fault}") from fault
        done = timezone.now()
        note_run(BACKUP, every=DAY, started_at=at, finished_at=done)
        told = made.told
        self.stdout.write(
            f"已备份到 {made.folder}：{len(told.rows)} 张表 {sum(told.rows.values())} 行，"
            f"{len(told.files)} 个文件，校验无误，用时 {span(done - at)}。"
        )
        if made.removed:
            self.stdout.write(f"已删除过期备份 {len(made.removed)} 份。")
        if options["with_keys"]:
            self.stderr.write("注意：这份备份含有密钥，得到它的人能解开所有加密内容，请加密保管。")
        else:
            self.stderr.write("注意：备份不含密钥，请把数据文件夹中的 keys 另外保管，恢复时需要。")
        if made.missing:
            self.stderr.write(f"注意：{len(made.missing)} 个文件的原件缺失或已损坏：")
            for sha256 in made.missing[:10]:
                self.stderr.write(f"  {sha256}")
            raise SystemExit(FILES_MISSING)
