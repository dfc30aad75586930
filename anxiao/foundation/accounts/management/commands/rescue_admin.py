"""``anxiao rescue_admin``: the way back for an administrator who lost phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from anxiao.foundation.accounts.services import rescue_admin
from anxiao.foundation.kernel.errors import DomainError


class Command(BaseCommand):
    help = (
        "管理员丢失手机和恢复码、又没有别的安全管理员可办理时，在服务器上恢复其账号："
        "解锁、解除动态码、退出全部登录，给出 24 小时内有效的重设密码链接。记入操作日志。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="管理员的用户名")

    def handle(self, **options: Any) -> None:
        try:
            secret = rescue_admin(options["username"], at=timezone.now())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"链接（接在网址之后，只显示这一次）：{reverse('accounts:reset', args=[secret])}"
        )
        self.stdout.write("请本人打开链接设置新密码，登录后重新绑定动态码。")
