"""``anxiao export SLUG FILE``: any register as .xlsx, streamed, with the filters of its page."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from anxiao.foundation.access.actor import SYSTEM, Actor, Grant, Post
from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgState
from anxiao.foundation.registers.declare import Asked, Filter, Register
from anxiao.foundation.registers.queries import ordered, read_query
from anxiao.foundation.registers.queries.asking import AFTER, BEFORE
from anxiao.foundation.registers.queries.programs import check_parameters, parameters
from anxiao.foundation.registers.services import Exported, export
from anxiao.project.management.base import USAGE, RegisterCommand
from anxiao.project.registers import REGISTERS

SLUGS = {register.slug: register for register in REGISTERS}
CUT = 3
ANSWERS = {"是": "1", "否": "0"}
EXAMPLES = """
例子：
  anxiao export hazards 隐患台账.xlsx
  anxiao export hazards 超期.xlsx --filter overdue=1 --filter level=major
  anxiao export hazards 九月.xlsx --filter found_from=2026-09-01 found_until=2026-09-30
  anxiao export units 寄宿.xlsx --filter 寄宿=是 sort=-pupils --under U000001

每次导出都记入操作日志。
退出码：0 已导出；1 文件不能写；2 命令写法不对；3 超过 100 万行，只导出了前面的
"""


def described(register: Register) -> str:
    """A line of the help: slug, title, names of filters."""
    names = [f"{one.label}（{'、'.join(_keys(one))}）" for one in register.filters if _keys(one)]
    return f"  {register.slug:<12}{register.title}\n{'':14}{'、'.join(names)}"


def _keys(one: Filter) -> list[str]:
    if one.kind == "date_range":
        return [f"{one.key}_from", f"{one.key}_until"]
    return [one.key]


EPILOG = "\n".join(["台账和筛选项（括号里是代码）：", *map(described, REGISTERS), EXAMPLES])


class Command(RegisterCommand):
    help = "把一本台账导出为 Excel 文件，筛选和排序与网页相同。"
    epilog = EPILOG

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "slug", choices=sorted(SLUGS), metavar="台账", help="下面所列台账的代码"
        )
        parser.add_argument("file", type=Path, metavar="文件", help="写到哪个 .xlsx 文件")
        parser.add_argument(
            "--filter",
            nargs="+",
            action="extend",
            default=[],
            metavar="名称=值",
            help="筛选；名称和值可写代码或页面上的文字；q= 搜索，sort= 排序（列，前加 - 为倒序）",
        )
        parser.add_argument("--under", metavar="代码", help="只导出这个单位和它下面的（单位代码）")
        parser.add_argument("--force", action="store_true", help="文件已存在时覆盖")

    def handle(self, **options: Any) -> None:
        register, target = SLUGS[options["slug"]], options["file"]
        if target.suffix.lower() != ".xlsx":
            raise CommandError(f"{target} 应以 .xlsx 结尾。", returncode=USAGE)
        if target.exists() and not options["force"]:
            raise CommandError(f"{target} 已存在，要覆盖请加 --force。")
        asked = asked_at(unit(options["under"]))
        params = chosen(register, asked, options["filter"])
        exported = self.write(register, asked, params, target)
        self.stdout.write(f"已导出 {exported.rows} 行到 {target}。")
        if exported.cut:
            self.stderr.write("超过 Excel 的行数上限，其余没有导出，请加筛选后分次导出。")
            raise SystemExit(CUT)

    def write(
        self, register: Register, asked: Asked, params: dict[str, str], target: Path
    ) -> Exported:
        """Write beside the target and put it in place when it is whole."""
        total = ordered(register, asked, read_query(register, asked, params)).order_by().count()
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with (
                partial.open("wb") as file,
                tqdm(total=total, unit="行", desc="导出", disable=None) as bar,
            ):

                def progress(count: int) -> None:
                    bar.update(count - bar.n)

                exported = export(register, asked, params, file, progress)
            partial.replace(target)
        except OSError as error:
            raise CommandError(
                f"{target} 写不进去，请核对文件夹是否存在、有没有写入权限。"
            ) from error
        finally:
            partial.unlink(missing_ok=True)
        return exported


def unit(code: str | None) -> Org:
    """The unit whose rows are exported: the one named, else the one root."""
    active = Org.objects.filter(state=OrgState.ACTIVE)
    found = list(active.filter(code=code) if code else active.filter(parent=None).order_by("id"))
    if len(found) == 1:
        return found[0]
    if code:
        raise CommandError(f"没有代码为 {code} 的单位。", returncode=USAGE)
    if not found:
        raise CommandError("还没有任何单位，没有可导出的记录。")
    known = "、".join(f"{one.code} {one.name}" for one in found[:5])
    raise CommandError(f"请用 --under 代码 指明单位，如：{known}。", returncode=USAGE)


def asked_at(org: Org) -> Asked:
    """Whoever runs the server may read its registers: every role at the unit, named 系统."""
    grants = tuple(Grant(role, org.path) for role in ROLE_CAPABILITIES)
    post = Post(0, "", org.pk, org.path, org.name, org.kind, org.county_id)
    return Asked(Actor(SYSTEM.user_id, SYSTEM.name, grants), timezone.now(), post)


def chosen(register: Register, asked: Asked, given: list[str]) -> dict[str, str]:
    """``["状态=待指派", "q=灭火器"]`` as parameters of the page; a bad one ends the command."""
    by_name = {str(one.label): one for one in register.filters}
    by_name |= {one.key: one for one in register.filters}
    params = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise CommandError(f"--filter {word} 应写成 名称=值。", returncode=USAGE)
        one = by_name.get(name.strip())
        key = one.key if one else name.strip()
        params[key] = _coded(one, value.strip(), asked) if one else value.strip()
    try:
        check_parameters(register, asked, params)
    except Invalid as error:
        names = "、".join(one for one in parameters(register) if one not in {AFTER, BEFORE})
        faults = "；".join(f"{name}：{told}" for name, told in error.fields.items())
        raise CommandError(f"{faults}\n可用：{names}。", returncode=USAGE) from error
    return params


def _coded(one: Filter, value: str, asked: Asked) -> str:
    """The code behind what the page shows: 待指派 is open, 是 is 1."""
    if one.kind in {"bool", "preset"}:
        return ANSWERS.get(value, value)
    offered = one.choices(asked) if callable(one.choices) else one.choices
    return {str(label): str(code) for code, label in offered}.get(value, value)
