"""``anxiao first_admin``: the security administrator from whom all other posts come."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anxiao.foundation.accounts.services import appoint_first_admin
from anxiao.foundation.kernel.errors import DomainError
from anxiao.foundation.orgs.models import Org


class Command(BaseCommand):
    help = "为一个县（区）建立首位安全管理员并显示初始密码；已有安全管理员时不再办理。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--org", required=True, help="县（区）的单位代码")
        parser.add_argument("--name", required=True, help="姓名")
        parser.add_argument("--username", required=True, help="用户名")
        parser.add_argument("--phone", default="", help="手机号")

    def handle(self, **options: Any) -> None:
        org = Org.objects.filter(code=options["org"]).first()
        if org is None:
            raise CommandError(f"没有代码为 {options['org']} 的单位，请核对。")
        password = secrets.token_urlsafe(12)
        try:
            appoint_first_admin(
                org,
                username=options["username"],
                name=options["name"],
                phone=options["phone"],
                password=password,
                at=timezone.now(),
            )
        except DomainError as error:
            raise CommandError("；".join(filter(None, [error.message, *_faults(error)]))) from error
        self.stdout.write(f"用户名 {options['username']}，初始密码 {password}")
        self.stdout.write("首次登录须修改密码并绑定动态码。初始密码只显示这一次。")


def _faults(error: DomainError) -> list[str]:
    return [text for text in error.fields.values() if text != error.message]
