"""``anxiao recount``: prove that tallies and rollups are what evidence says, or put them right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgKind
from anxiao.loop.duties.services import Differences, recount

SHOWN = 20


class Command(BaseCommand):
    help = (
        "按佐证重新计算全部履职计数和汇总，与库中所存逐格比较。有差异时退出码为 1；"
        "加 --repair 则改正（退出码 0）。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--under", metavar="CODE", default="", help="只核对这个县（区）")
        parser.add_argument("--repair", action="store_true", help="把有差异的计数和汇总改正")

    def handle(self, *args: Any, **options: Any) -> None:
        counties = Org.objects.filter(kind=OrgKind.COUNTY).order_by("path")
        if options["under"]:
            counties = counties.filter(code=options["under"])
            if not counties:
                raise CommandError(f"没有县（区）{options['under']}，请核对单位代码。")
        today = business_day(timezone.now()) if options["repair"] else None
        total = 0
        quiet = options["verbosity"] == 0 or not self.stderr.isatty()
        for county in tqdm(list(counties), desc="核对", unit="县", disable=quiet):
            found = recount(county, repair_on=today)
            total += len(found)
            self._show(county, found)
        if total and not options["repair"]:
            raise CommandError(f"共 {total} 处与佐证不符；用 --repair 改正。")
        self.stdout.write(f"已改正 {total} 处。" if total else "全部与佐证相符。")

    def _show(self, county: Org, found: Differences) -> None:
        for cell in found.cells[:SHOWN]:
            self.stdout.write(
                f"{county.name} 计数 单位{cell.unit_id} 职责{cell.duty_id} {cell.period_key}："
                f"所存 {cell.stored[0]} 次，应为 {cell.counted[0]} 次"
            )
        for row in found.rollups[:SHOWN]:
            self.stdout.write(
                f"{county.name} 汇总 单位{row.org_id} 职责{row.duty_id} {row.period_key}："
                f"所存 {row.stored}，应为 {row.counted}"
            )
