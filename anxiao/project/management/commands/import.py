"""``anxiao import units|hazards FILE``: workbooks as bureaus keep them, row by row."""

from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.errors import DomainError
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import UNITS_IMPORT, OrgData, create_org
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.foundation.registers.declare import ImportContext, ImportSpec
from anxiao.foundation.registers.services import (
    BadMapping,
    Manner,
    Report,
    RowError,
    run_import,
    write_errors_of,
)
from anxiao.foundation.registers.services.understanding import Understood
from anxiao.foundation.registers.services.workbook import reference
from anxiao.loop.duties.services import rebind_changed
from anxiao.loop.hazards.registers import HAZARDS_IMPORT
from anxiao.project.management.base import USAGE, RegisterCommand

SPECS = {spec.slug: spec for spec in (UNITS_IMPORT, HAZARDS_IMPORT)}
SOME_REJECTED = 3
COUNTIES_NAMED = 5
EPILOG = """
台账：
  units     学校（幼儿园）基本情况统计表；缺少的镇街教委按“所属镇街”一列自动新建
  hazards   隐患台账；已销号的行按历史记录导入

例子：
  anxiao import units 学校基本情况.xlsx --create-root 云河区
  anxiao import hazards 隐患台账.xlsx --errors 未收下.xlsx
  anxiao import hazards 清单.xlsx --map 隐患描述=情况说明 --map 地点/部位=F --map 备注=

同一份表再次导入不会重复。
退出码：0 全部收下；1 文件不能用，没有导入；2 命令写法不对或有必填的列没有对应，没有导入；
        3 其余收下，有行未收下（逐行说明在标准错误中）
"""


def told_of(counties: QuerySet[Org]) -> str:
    """Codes and names, a few of them."""
    return "、".join(f"{one.code} {one.name}" for one in counties[:COUNTIES_NAMED])


class Command(RegisterCommand):
    help = (
        "导入工作簿：标题、说明、空行、合计行自动跳过，列名和次序不限；对的行收下，其余逐行说明。"
    )
    epilog = EPILOG

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=sorted(SPECS), metavar="台账", help="units 或 hazards")
        parser.add_argument("file", type=Path, metavar="文件", help="Excel 文件（.xlsx）")
        parser.add_argument("--under", metavar="代码", help="导入到哪个单位之下（单位代码）")
        parser.add_argument("--create-root", metavar="名称", help="没有单位时，先新建这个县（区）")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="字段=列",
            help="列认不出或认错时指定：列写列名或列号（B），留空为不用这一列；可写多次",
        )
        parser.add_argument("--whole", action="store_true", help="有一行不对就全部不导入")
        parser.add_argument("--dry-run", action="store_true", help="只预览，不写入")
        parser.add_argument(
            "--errors", type=Path, metavar="文件", help="把未收下的行连同说明写成工作簿"
        )

    def handle(self, **options: Any) -> None:
        spec: ImportSpec = SPECS[options["what"]]
        at, chosen = timezone.now(), mapping(options["map"])
        call_command("setup", migrate=False, verbosity=0)
        with _together(options):
            under = self.under(options, at)
            context = ImportContext(
                actor=SYSTEM, at=at, org_path=under.path, dry_run=options["dry_run"]
            )
            report = self.take(spec, options, chosen, context)
            self.refuse(spec, report)
            if options["dry_run"] and options["create_root"]:
                transaction.set_rollback(True)
        if spec is UNITS_IMPORT and not context.dry_run:
            rebind_changed(at)
        self.answer(spec, report, options)
        if report.rejected:
            raise SystemExit(SOME_REJECTED)

    def take(
        self,
        spec: ImportSpec,
        options: dict[str, Any],
        chosen: dict[str, int | str],
        context: ImportContext,
    ) -> Report:
        """Import with a bar; what cannot be used at all ends the command."""
        with tqdm(total=0, unit="行", desc="导入", disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            manner = Manner(whole=options["whole"], progress=progress)
            try:
                return run_import(spec, options["file"], chosen, context, manner)
            except BadMapping as error:
                raise CommandError(error.message, returncode=USAGE) from error
            except DomainError as error:
                fields = "；".join(error.fields.values())
                raise CommandError(error.message or fields) from error

    def under(self, options: dict[str, Any], at: Any) -> Org:
        """The unit below which rows are sought or founded."""
        counties = Org.objects.filter(kind=OrgKind.COUNTY, state=OrgState.ACTIVE).order_by("id")
        if options["under"]:
            found = Org.objects.filter(code=options["under"], state=OrgState.ACTIVE).first()
            if found is None:
                told = f"没有代码为 {options['under']} 的单位。"
                told += f"县（区）有：{told_of(counties)}。" if counties else ""
                raise CommandError(told, returncode=USAGE)
            return found
        if options["create_root"]:
            named = counties.filter(name=options["create_root"]).first()
            if named is None and counties:
                raise CommandError(
                    f"已有县（区）：{told_of(counties)}。请用 --under 代码 导入到它下面。",
                    returncode=USAGE,
                )
            return named or self.found(options["create_root"], at)
        if counties.count() != 1:
            told = f"县（区）有：{told_of(counties)}。请用 --under 代码 指明。"
            hint = "还没有县（区），请用 --create-root 名称 新建。"
            raise CommandError(told if counties else hint, returncode=USAGE)
        return counties.get()

    def found(self, name: str, at: Any) -> Org:
        """A new county; its code is told, since other commands ask for it."""
        county = create_org(SYSTEM, at, data=OrgData(kind=OrgKind.COUNTY, name=name))
        self.stdout.write(f"已新建县（区）{county.name}，单位代码 {county.code}。")
        return county

    def refuse(self, spec: ImportSpec, report: Report) -> None:
        """End the command when nothing was taken: columns are missing, or all was asked for."""
        if report.missing:
            labels = [str(spec.field(key).label) for key in report.missing]
            headings = report.understood.headings
            found = "、".join(f"{reference(1, at)[:-1]} {said}" for at, said in headings.items())
            raise CommandError(
                f"没有找到这些列：{'、'.join(labels)}。\n"
                f"表头（第 {report.understood.header_row} 行）有：{found}。\n"
                f"请指明，如 --map {labels[0]}=列名（或列号）。什么都没有导入。",
                returncode=USAGE,
            )
        if not report.taken:
            self.name_rows(report)
            raise CommandError("有行不符合要求，按 --whole 的要求全部没有导入。")

    def answer(self, spec: ImportSpec, report: Report, options: dict[str, Any]) -> None:
        """Say what was taken, and every row that was not: number, cell, what to do."""
        self.stdout.write(columns_told(spec, report.understood))
        self.name_rows(report)
        skipped = sum(report.skipped.values())
        self.stdout.write(
            f"{'预览，没有写入：' if options['dry_run'] else ''}"
            f"新增 {report.created}，更新 {report.changed}，未变 {report.same}，"
            f"未收下 {report.rejected_rows} 行；跳过 {skipped} 行（空行、合计、说明）。"
        )
        if options["errors"] and report.rejected:
            write_errors_of(options["file"], report, options["errors"])
            self.stdout.write(f"未收下的行在 {options['errors']}，改好后可直接导入这份文件。")

    def name_rows(self, report: Report) -> None:
        """One line per fault."""
        for error in report.rejected:
            self.stderr.write(row_told(error))


def row_told(error: RowError) -> str:
    """``第 12 行 C12 排查时间“去年”：请写成 …``."""
    value = f"“{error.value}”" if error.value else "（未填）"
    where = f" {error.cell} {error.heading}{value}" if error.cell else ""
    return f"第 {error.row} 行{where}：{error.message}"


def columns_told(spec: ImportSpec, understood: Understood) -> str:
    """Which column was taken for what, and which for nothing: a wrong guess must be seen."""
    taken = {at: str(spec.field(key).label) for key, at in understood.columns.items()}
    pairs = [
        said if taken[at] == said else f"{said}→{taken[at]}"
        for at, said in understood.headings.items()
        if at in taken
    ]
    unused = [said for at, said in understood.headings.items() if at not in taken]
    told = f"表头在第 {understood.header_row} 行，对应：{'、'.join(pairs)}。"
    return told + (f"没有用到：{'、'.join(unused)}。" if unused else "")


def mapping(words: list[str]) -> dict[str, int | str]:
    """``["单位名称=学校全称"]`` as a mapping; a bad word is an error."""
    chosen: dict[str, int | str] = {}
    for word in words:
        field, equals, column = word.partition("=")
        if not (equals and field.strip()):
            raise CommandError(
                f"--map {word} 应写成 字段=列名，如 --map 单位名称=学校全称。", returncode=USAGE
            )
        chosen[field.strip()] = column.strip()
    return chosen


def _together(options: dict[str, Any]) -> AbstractContextManager[Any]:
    """A county is founded with its first rows or not at all."""
    return transaction.atomic() if options["create_root"] else nullcontext()
