"""``anxiao plan check|import|publish|diff``: plans as files, from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anxiao.foundation.access.actor import Actor, Grant
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.errors import DomainError
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.catalog import (
    SHIPPED,
    Change,
    PlanData,
    check_toml,
    differences,
    label_of,
    parse_toml,
    parse_workbook,
)
from anxiao.loop.duties.models import Plan
from anxiao.loop.duties.queries import plan_data
from anxiao.loop.duties.queries.labels import said_label
from anxiao.loop.duties.services import publish_plan, take_in
from anxiao.loop.duties.states import PlanState

HELP = """检查、导入、发布、比较方案（一份通知就是一份方案）。

  anxiao plan check FILE                 逐行检查方案文件（.toml 或 .xlsx），列出全部问题
  anxiao plan import FILE --under CODE   导入为草稿，发文单位用单位代码指定
  anxiao plan publish CODE               发布草稿，立即适用到所有符合条件的单位
  anxiao plan diff A B                   比较两份方案：A、B 为文件，或方案代码、代码@版本

FILE 可写 fourth_quarter，即随程序提供的方案。退出码：0 正常；1 有问题（diff：有差异）。
"""
MARKS = {"added": "+", "removed": "-", "changed": "*"}
WHATS = {"plan": "方案", "clause": "条款", "duty": "职责"}


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the lines of the help text as they are."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.description = HELP
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(
            dest="step", required=True, metavar="check|import|publish|diff"
        )
        check = steps.add_parser("check", help="逐行检查方案文件")
        check.add_argument("file", help="方案文件（.toml、.xlsx）或 fourth_quarter")
        take = steps.add_parser("import", help="导入为草稿")
        take.add_argument("file", help="方案文件（.toml、.xlsx）或 fourth_quarter")
        take.add_argument("--under", required=True, metavar="CODE", help="发文单位的单位代码")
        publish = steps.add_parser("publish", help="发布草稿")
        publish.add_argument("code", help="方案代码，或 代码@版本")
        publish.add_argument("--under", metavar="CODE", default="", help="发文单位的单位代码")
        diff = steps.add_parser("diff", help="比较两份方案")
        diff.add_argument("before", help="文件，或方案代码、代码@版本")
        diff.add_argument("after", help="文件，或方案代码、代码@版本")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = {
            "check": self.check_file,
            "import": self.take,
            "publish": self.publish,
            "diff": self.diff,
        }
        try:
            steps[options["step"]](options)
        except DomainError as error:
            lines = [error.message, *error.fields.values()]
            raise CommandError("\n".join(dict.fromkeys(filter(None, lines)))) from error

    def check_file(self, options: dict[str, Any]) -> None:
        """Print every fault with its line; exit code 1 if there is any."""
        path = _path(options["file"])
        if path.suffix == ".toml":
            plan, faults = check_toml(_text(path))
            for fault in faults:
                self.stderr.write(f"{path.name} {fault}")
            if plan is None:
                raise CommandError(f"共 {len(faults)} 处问题，请修改后再检查。")
        else:
            plan = parse_workbook(path.read_bytes())
        self.stdout.write(f"没有问题：{len(plan.clauses)} 条条款，{len(plan.duties)} 项职责。")

    def take(self, options: dict[str, Any]) -> None:
        """Import a file as a draft."""
        issuer = _org(options["under"])
        plan = take_in(
            _file(_path(options["file"])), issuer, actor=_actor(issuer), at=timezone.now()
        )
        state = PlanState(plan.state).label
        duties = plan.duties.count()
        self.stdout.write(f"{plan.code}@{plan.version}（{state}）：{plan.title}，{duties} 项职责。")
        if plan.state != PlanState.DRAFT:
            self.stdout.write(f"与第 {plan.version} 版相同，没有新建。")

    def publish(self, options: dict[str, Any]) -> None:
        """Publish the newest draft of a code."""
        plan = _plan(options["code"], options["under"], draft=True)
        publish_plan(plan, actor=_actor(plan.issuer), at=timezone.now())
        self.stdout.write(f"已发布 {plan.code}@{plan.version}：{plan.title}。")

    def diff(self, options: dict[str, Any]) -> None:
        """Print differences; exit code 1 if there are any."""
        changes = differences(_said(options["before"]), _said(options["after"]))
        for change in changes:
            self.stdout.write(_line(change))
        if changes:
            raise CommandError(f"共 {len(changes)} 处不同。")
        self.stdout.write("两份方案相同。")


def _line(change: Change) -> str:
    head = f"{MARKS[change.kind]} {WHATS[change.what]} {change.code} {change.title}"
    fields = [
        f"    {label_of(change, name)}：{said_label(name, old, {})} → {said_label(name, new, {})}"
        for name, old, new in change.fields
    ]
    return "\n".join([head, *fields])


def _path(name: str) -> Path:
    shipped = SHIPPED / f"{name}.toml"
    path = shipped if shipped.is_file() and "/" not in name else Path(name)
    if not path.is_file():
        raise CommandError(f"没有文件 {name}，请核对路径。")
    return path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path.name} 不是 UTF-8 编码的文本，请另存为 UTF-8。") from error


def _file(path: Path) -> PlanData:
    return parse_toml(_text(path)) if path.suffix == ".toml" else parse_workbook(path.read_bytes())


def _said(name: str) -> PlanData:
    is_file = Path(name).is_file() or (SHIPPED / f"{name}.toml").is_file()
    return _file(_path(name)) if is_file else plan_data(_plan(name))


def _plan(name: str, under: str = "", *, draft: bool = False) -> Plan:
    code, _, version = name.partition("@")
    plans = Plan.objects.filter(code=code).select_related("issuer").order_by("-version")
    if version:
        plans = plans.filter(version=int(version) if version.isdecimal() else 0)
    if under:
        plans = plans.filter(issuer=_org(under))
    if draft:
        plans = plans.filter(state=PlanState.DRAFT)
    found = list(plans)
    if not found:
        raise CommandError(f"没有{'待发布的草稿' if draft else '方案'} {name}。")
    if len({plan.issuer_id for plan in found}) > 1:
        raise CommandError(f"有几个单位都有方案 {code}，请用 --under 指明发文单位。")
    return found[0]


def _org(code: str) -> Org:
    org = Org.objects.filter(code=code).first()
    if org is None:
        raise CommandError(f"没有单位代码 {code}，请核对。")
    return org


def _actor(issuer: Org) -> Actor:
    """Whoever may run commands on the server acts as the issuer's safety section."""
    return Actor(0, "命令行", (Grant(Role.COUNTY_SAFETY, issuer.path),))
