"""``anxiao serve``: bring the database and static files up to date, then answer requests."""

import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from anxiao.project import env, static
from anxiao.project.operate import metrics

LAST_PORT = 65535
DRAINS_WITHIN = 30
"""Seconds that requests under way have to end when the server is stopped."""


class Command(BaseCommand):
    help = (
        "启动安校：更新数据库和静态文件，然后提供网页服务，并带一个后台任务进程；--demo 为演示县。"
        "SIGTERM 或 Ctrl+C 停止：办完手上的请求再退出。退出码：0 正常停止，1 没有启动或异常退出。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="演示县，只在本机地址上服务")
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=port, default=env.PORT, help="端口，默认取 PORT 或 8000")
        parser.add_argument(
            "--workers",
            type=int,
            default=env.WEB_PROCESSES,
            help="网页进程数，默认取 WEB_PROCESSES，或 SQLite 1、PostgreSQL 2",
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=env.WEB_THREADS,
            help=f"每个进程的线程数，默认取 WEB_THREADS，或按处理器数：本机 {env.WEB_THREADS}",
        )
        parser.add_argument("--no-worker", action="store_true", help="不同时启动后台任务进程")

    def handle(self, **options: Any) -> None:
        if options["demo"] and options["host"] not in {"127.0.0.1", "localhost", "::1"}:
            raise CommandError("演示县带有一键登录，只能在本机地址（127.0.0.1）上服务。")
        if settings.SECURE and env.weak_secrets():
            raise CommandError("；".join([*env.weak_secrets(), "未启动。"]))
        if in_use(options["host"], options["port"]):
            raise CommandError(
                f"端口 {options['port']} 已被占用，请先停止占用它的程序，或用 PORT=端口 换一个。"
            )
        self.step("更新数据库")
        call_command("setup", verbosity=0)
        self.step("准备静态文件")
        static.collect(settings.STATIC_ROOT)
        if options["demo"]:
            self.step("准备演示县")
            call_command("demo", quiet=True)
        self.step(f"请在浏览器打开 http://{options['host']}:{options['port']}/ ，按 Ctrl+C 停止")
        self.run_server(options)

    def step(self, text: str) -> None:
        self.stdout.write(f"· {text}")
        self.stdout.flush()

    def run_server(self, options: dict[str, Any]) -> None:
        """Run the web server in front and one background worker beside it until stopped."""
        workers = options["workers"] or (1 if connection.vendor == "sqlite" else 2)
        connection.close()
        beside = None
        if not options["no_worker"]:
            beside = subprocess.Popen([sys.executable, "-m", "anxiao", "worker"])
        server = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", options["host"], "--port", str(options["port"])),
            *("--workers", str(workers), "--blocking-threads", str(options["threads"])),
            *("--no-ws", "--workers-kill-timeout", str(DRAINS_WITHIN), "--log-level", "warning"),
            *(["--respawn-failed-workers"] if workers > 1 else []),
            "anxiao.project.wsgi:application",
        ]
        together = {"ANXIAO_GROUP_COMMIT": "1"} if connection.vendor == "sqlite" else {}
        environment = together | web_environment(workers)
        front = subprocess.Popen(server, env=environment)  # noqa: S603 - our own words
        signal.signal(signal.SIGTERM, once(front.terminate))
        try:
            code = front.wait()
        except KeyboardInterrupt:
            code = front.wait(timeout=20)
        finally:
            if beside:
                beside.terminate()
                beside.wait(timeout=20)
        if code not in {0, -signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT}:
            raise CommandError(f"网页服务已退出（{code}）。")


def once(act: Callable[[], None]) -> Callable[..., None]:
    """A handler that acts on the first signal alone: granian can lock itself up over a second."""

    def handle(*_: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        act()

    return handle


def port(text: str) -> int:
    """A port as written on the command line or in ``PORT``."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= LAST_PORT:
        return int(text)
    raise ArgumentTypeError(f"端口应为 1 到 {LAST_PORT} 的整数，现为“{text}”。")


def web_environment(processes: int) -> dict[str, str]:
    """The environment of the web server; several processes count their requests in one folder."""
    if processes == 1:
        return os.environ.copy()
    counts = env.folder("metrics")
    for old in counts.glob("*.db"):
        old.unlink()
    return os.environ | {metrics.FOLDER: str(counts)}


def in_use(host: str, port: int) -> bool:
    """Whether something answers at this address already."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
