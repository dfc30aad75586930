"""``anxiao import units|hazards FILE``: workbooks as bureaus keep them, row by row."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.errors import DomainError
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.services import UNITS_IMPORT, OrgData, create_org
from anxiao.foundation.orgs.states import OrgKind, OrgState
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.services import Manner, Report, run_import
from anxiao.loop.duties.services import rebind_changed
from anxiao.loop.hazards.registers import HAZARDS_IMPORT

SPECS = {spec.slug: spec for spec in (UNITS_IMPORT, HAZARDS_IMPORT)}
SOME_REJECTED = 3


class Command(BaseCommand):
    help = (
        "导入工作簿：units（学校基本情况统计表）或 hazards（隐患台账）。"
        "正确的行收下，其余逐行说明原因。"
        "退出码：0 全部收下，3 有行未收下，1 没有导入。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(SPECS), help="导入哪种台账")
        parser.add_argument("file", type=Path, help="Excel 文件（.xlsx）")
        parser.add_argument("--under", metavar="代码", help="导入到哪个单位之下（单位代码）")
        parser.add_argument("--create-root", metavar="名称", help="没有单位时，先新建这个县（区）")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="字段=列名",
            help="表头认不出时指定，如 --map 单位名称=学校全称；可写多次，列名也可写列号 B",
        )
        parser.add_argument("--whole", action="store_true", help="有一行不对就全部不导入")
        parser.add_argument("--dry-run", action="store_true", help="只预览，不写入")

    def handle(self, **options: Any) -> None:
        spec = SPECS[options["what"]]
        at = timezone.now()
        call_command("setup", migrate=False, verbosity=0)
        under = self.under(options, at)
        context = ImportContext(
            actor=SYSTEM, at=at, org_path=under.path, dry_run=options["dry_run"]
        )
        with tqdm(total=0, unit="行", disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            manner = Manner(whole=options["whole"], progress=progress)
            try:
                report = run_import(spec, options["file"], mapping(options["map"]), context, manner)
            except DomainError as error:
                fields = "；".join(error.fields.values())
                raise CommandError(error.message or fields) from error
        if spec is UNITS_IMPORT and not context.dry_run:
            rebind_changed(at)
        self.answer(report, [str(spec.field(key).label) for key in report.missing])

    def under(self, options: dict[str, Any], at: Any) -> Org:
        """The unit below which rows are sought or founded."""
        if options["under"]:
            found = Org.objects.filter(code=options["under"], state=OrgState.ACTIVE).first()
            if found is None:
                raise CommandError(f"没有代码为 {options['under']} 的单位。")
            return found
        counties = Org.objects.filter(kind=OrgKind.COUNTY, state=OrgState.ACTIVE)
        if options["create_root"]:
            named = counties.filter(name=options["create_root"]).first()
            data = OrgData(kind=OrgKind.COUNTY, name=options["create_root"])
            return named or create_org(SYSTEM, at, data=data)
        if counties.count() != 1:
            raise CommandError(
                "请用 --under 代码 指明导入到哪个单位之下，或用 --create-root 新建县（区）。"
            )
        return counties.get()

    def answer(self, report: Report, missing: list[str]) -> None:
        """Say what was taken, and every row that was not: number, cell, what to do."""
        if missing:
            raise CommandError(
                f"没有找到这些列：{'、'.join(missing)}。请用 --map 字段=列名 指明，什么都没有导入。"
            )
        for error in report.rejected:
            self.stderr.write(f"第 {error.row} 行 {error.cell}：{error.message}")
        self.stdout.write(
            f"新增 {report.created}，更新 {report.changed}，未变 {report.same}，"
            f"未收下 {report.rejected_rows} 行；"
            f"跳过 {sum(report.skipped.values())} 行（空行、合计、说明）。"
        )
        if not report.taken:
            raise CommandError("有行不符合要求，按 --whole 的要求全部没有导入。")
        if report.rejected:
            raise SystemExit(SOME_REJECTED)


def mapping(words: list[str]) -> dict[str, int | str]:
    """``["单位名称=学校全称"]`` as a mapping; a bad word is an error."""
    chosen: dict[str, int | str] = {}
    for word in words:
        field, equals, column = word.partition("=")
        if not (equals and field.strip() and column.strip()):
            raise CommandError(f"--map {word} 应写成 字段=列名。")
        chosen[field.strip()] = column.strip()
    return chosen
