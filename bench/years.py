"""The past of a county by set-based SQL: ``python -m bench.years COUNTY BEGIN END``."""

import os
import sys
from collections.abc import Mapping

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.db import connection
from django.utils import timezone

from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Hazard
from bench import fill

YEAR_HAZARDS = 40
"""Per unit and year: about one a week in term."""
WEEKS = 40
TALLY = {
    "period_key": "t.period_key || '~' || n.i",
    "met": "t.owed AND NOT t.exempt AND (t.id + n.i) %% 10 > 0",
    "done": "t.needed",
    "lapsed": "FALSE",
    "late": "FALSE",
    "valid_until": "NULL",
}
EVIDENCE = {"source": "t.source || '~' || n.i"}


def past(county_id: int, begin: int, end: int) -> None:
    """The years ``begin`` to ``end`` before now: lines of the ledger, cells and facts of each week.

    Nine in ten cells were met; the ledger's lines are struck off.
    """
    units = list(
        Org.objects.filter(county=county_id, kind="school")
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for year in range(begin, end):
        first = (Hazard.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        count = len(units) * YEAR_HAZARDS
        lines = range(first, first + count)
        fill.add_hazards(county_id, units[0], len(units), first, lines.stop - 1, lines)
        back = fill.back("found_on", f"{fill.LEDGER_DAYS} * {year}")
        shut = fill.back("recorded_at", f"{fill.LEDGER_DAYS} * {year}", moment=True)
        fill.run(
            f"UPDATE hazards_hazard SET found_on = {back}, recorded_at = {shut}, state = 'closed',"
            f" closed_at = {shut}, closed_by_name = '测查' WHERE id >= %s",
            first,
        )
        _weeks("duties_tally", TALLY, county_id, year)
        _weeks("duties_evidence", EVIDENCE, county_id, year)
    fill.run("ANALYZE")


def _weeks(table: str, changed: Mapping[str, str], county_id: int, year: int) -> None:
    """Copies of a county's present rows for each week of a year."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    last = max(name for name in ("ends_on", "happened_on") if name in {c.name for c in described})
    known = [each.name for each in described if each.name != "id"]
    said = {
        name: fill.back(f"t.{name}", "7 * n.i")
        if name.endswith("_on") or name == "counts_from"
        else f"t.{name}"
        for name in known
    } | changed
    mark = "period_key" if table == "duties_tally" else "source"
    series = fill.SERIES[connection.vendor].format(a=year * WEEKS + 1, b=(year + 1) * WEEKS)
    today = connection.ops.adapt_datefield_value(business_day(timezone.now()))
    fill.run(
        f"INSERT INTO {table} ({', '.join(known)}) {series}"
        f" SELECT {', '.join(said[name] for name in known)} FROM {table} t, n"
        f" WHERE t.county_id = %s AND t.{mark} NOT LIKE '%%~%%'"
        f" AND {fill.back(f't.{last}', '7 * n.i')} <= %s",
        county_id,
        today,
    )


if __name__ == "__main__":
    past(*map(int, sys.argv[1:]))
