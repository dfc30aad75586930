"""``anxiao tick``: run what is due, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.jobs.services import run_due
from anxiao.project.schedule import SCHEDULE


class Command(BaseCommand):
    help = (
        "把到点的定时任务各运行一次后退出；没有常驻的 worker 时，可由系统定时器每分钟调用。"
        "退出码：0 都成功（或没有到点的），1 有任务失败（会自动重试）。"
    )

    def handle(self, **options: Any) -> None:
        ran = run_due(SCHEDULE)
        failed = set(
            PeriodicRun.objects.filter(name__in=ran)
            .exclude(error="")
            .values_list("name", flat=True)
        )
        for name in ran:
            self.stdout.write(f"{name} {'失败，将自动重试' if name in failed else '完成'}")
        if failed:
            raise CommandError("有任务失败，原因见日志；anxiao doctor 可查看积压。")
