"""``anxiao worker``: run what is due until told to stop; a job under way is finished first."""

import logging
import signal
import threading
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from anxiao.foundation.jobs.services import run_due
from anxiao.project import env
from anxiao.project.operate.structure import refuse_newer
from anxiao.project.schedule import SCHEDULE

PAUSE = 10.0
logger = logging.getLogger("anxiao.worker")


class Command(BaseCommand):
    help = (
        "持续运行定时任务（开列职责、发送消息、封存日志等）；可同时运行几个，互不重复。"
        "Ctrl+C 或 SIGTERM 停止：正在办的一项办完再退出，退出码 0。"
    )

    requires_system_checks: list[str] = []
    """They load every page and the interface, which no job needs: 24 MiB and a second."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pause", type=float, default=PAUSE, help="两轮之间的秒数，默认 10")

    def handle(self, **options: Any) -> None:
        if settings.SECURE and env.weak_secrets():
            raise CommandError("；".join([*env.weak_secrets(), "未启动。"]))
        with suppress(DatabaseError):  # away: it is waited for below
            refuse_newer()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                run_due(SCHEDULE, stopping=stop.is_set)
            except Exception:  # the database is away: wait for it rather than die
                logger.exception("round of jobs broken off")
            close_old_connections()
            stop.wait(options["pause"])
