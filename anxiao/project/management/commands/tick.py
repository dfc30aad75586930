"""``anxiao tick``: run what is due, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from anxiao.foundation.jobs.services import run_due
from anxiao.project.schedule import SCHEDULE


class Command(BaseCommand):
    help = "把到点的定时任务各运行一次后退出；可由系统定时器每分钟调用。"

    def handle(self, **options: Any) -> None:
        for name in run_due(SCHEDULE, at=timezone.now()):
            self.stdout.write(name)
