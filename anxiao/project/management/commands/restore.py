"""``anxiao restore SRC``: a backup into an empty place, proved to be whole."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from anxiao.project.operate.progress import bar
from anxiao.project.operate.restore import check, find, put_back


class Command(BaseCommand):
    help = (
        "把备份恢复到空的数据文件夹（ANXIAO_DATA）或空的数据库（DATABASE_URL），不覆盖任何已有内容；"
        "恢复后核对每张表的行数、文件哈希和操作日志。"
        "退出码：0 完成，1 没有恢复。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source", type=Path, metavar="备份", help="一份备份，或备份文件夹（取最新一份）"
        )
        parser.add_argument("--check", action="store_true", help="只校验备份是否完好，不恢复")

    def handle(self, **options: Any) -> None:
        folder = find(options["source"])
        if options["check"]:
            with bar("校验") as progress:
                told = check(folder, progress)
            self.stdout.write(f"{folder} 完好：{len(told.files)} 个文件，备份于 {told.made_at}。")
            return
        with bar("恢复") as progress:
            done = put_back(folder, progress)
        told = done.told
        self.stdout.write(
            f"已从 {folder} 恢复：{len(told.rows)} 张表 {sum(told.rows.values())} 行与备份时一致，"
            f"{len(told.files)} 个文件哈希一致，操作日志 {done.verdict.checked} 条校验无误。"
        )
        if done.foreign_keys:
            self.stderr.write(
                f"注意：密钥 {'、'.join(done.foreign_keys)} 不是备份时的密钥。"
                "请把当时的 keys 文件夹放回数据文件夹，否则第二因素和群机器人须重新设置。"
            )
        self.stdout.write("请接着运行 anxiao setup（版本较新时更新结构），再启动服务。")
