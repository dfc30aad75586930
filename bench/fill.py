"""Fills tables by set-based SQL: hazards by the million, cells and facts by unit and duty.

``python -m bench.fill hazards UNDER COUNT`` and the like, in the environment of one database.
"""

import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.db import connection
from django.utils import timezone

from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.hazards.models import Hazard

SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT {a} UNION ALL SELECT i + 1 FROM n WHERE i < {b}) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series({a}, {b})) ",
}
UUID = {
    "sqlite": "lower(printf('%032x', {seed} + i))",
    "postgresql": "CAST(lpad(to_hex({seed} + i), 32, '0') AS uuid)",
}
STEP = 100_000
LEDGER_DAYS = 365


def run(sql: str, *values: object) -> int:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def hazards(county_id: int, count: int, years: int = 1) -> None:
    """``count`` hazards of the units of a county, found over ``years`` one after the other, as a
    ledger grows: of the last year's one in ten is open, all others are struck off.
    """
    units = list(
        Org.objects.filter(county=county_id, kind="school").order_by("pk").values_list("pk")
    )
    first, number = units[0][0], len(units)
    begin = (Hazard.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    ledger = range(begin, begin + count)
    for start in ledger[::STEP]:
        end = min(start + STEP, ledger.stop) - 1
        add_hazards(county_id, first, number, start, end, ledger, years)
    run("ANALYZE")


def add_hazards(
    county_id: int, first: int, number: int, start: int, end: int, ledger: range, years: int = 1
) -> None:
    """Lines ``start`` to ``end`` of a ledger, of ``number`` units from ``first`` on."""
    vendor = connection.vendor
    at = timezone.now()
    today = business_day(at)
    adapt, day = connection.ops.adapt_datetimefield_value, connection.ops.adapt_datefield_value
    days = LEDGER_DAYS * years
    before = f"CAST(i - {ledger.start} AS bigint) * {days} / {len(ledger)}"
    age = f"({days - 1} - {before})"
    waits = f"i % 10 = 0 AND {age} < {LEDGER_DAYS}"
    given = {
        "uuid": UUID[vendor].format(seed=10**9 * 7),
        "org_id": f"{first} + i % {number}",
        "county_id": str(county_id),
        "year": "2025",
        "serial": "i",
        "number": "'2025-' || i",
        "state": f"CASE WHEN {waits} THEN 'open' ELSE 'closed' END",
        "source": "'self_check'",
        "category": "'fire'",
        "level": "CASE WHEN i % 50 = 1 THEN 'ordinary' ELSE 'ordinary' END",
        "place_text": "'教学楼东侧楼梯口 ' || i % 97",
        "description": "'疏散通道堆放杂物，第 ' || i || ' 处'",
        "found_by_name": "'测员'",
        "stopped_days": "0",
        "rejections": "0",
    }
    texts = [
        field.column
        for field in Hazard._meta.concrete_fields
        if field.get_internal_type() == "CharField" and field.column not in given
    ]
    given |= dict.fromkeys(texts, "''")
    given["closed_by_name"] = f"CASE WHEN {waits} THEN '' ELSE '测查' END"
    kinds = ("date", "timestamptz") if vendor == "postgresql" else ("text", "text")
    found, told = (
        back(f"CAST(%s AS {kind})", age.replace("%", "%%"), moment=moment)
        for kind, moment in zip(kinds, (False, True), strict=True)
    )
    columns = [*given, "found_on", "recorded_at", "closed_at"]
    plain = [each.replace("%", "%%") for each in given.values()]
    values = [
        *plain,
        found,
        told,
        f"CASE WHEN {waits.replace('%', '%%')} THEN NULL ELSE {told} END",
    ]
    series = SERIES[vendor].format(a=start, b=end)
    names = ", ".join(columns)
    sql = f"INSERT INTO hazards_hazard ({names}) {series} SELECT {', '.join(values)} FROM n"
    run(sql, day(today), adapt(at), adapt(at))


def back(column: str, days: str, *, moment: bool = False) -> str:
    """A day, or a moment, so many days earlier."""
    if connection.vendor == "postgresql":
        step = " * INTERVAL '1 day'" if moment else ""
        return f"{column} - CAST({days} AS integer){step}"
    return f"{'datetime' if moment else 'date'}({column}, '-' || ({days}) || ' days')"


def facts(county_id: int, days: int) -> None:
    """A fact of each kind that the plan knows, for each unit of a county, on each of the days."""
    at = timezone.now()
    today = business_day(at)
    for back in range(days):
        day = connection.ops.adapt_datefield_value(today - timedelta(days=back))
        kinds = "SELECT DISTINCT kind FROM duties_dutyevidence"
        stamp = connection.ops.adapt_datetimefield_value(at)
        run(
            "INSERT INTO duties_evidence (unit_id, county_id, kind, happened_on, recorded_at,"
            " source, late_reason, note) SELECT o.id, o.county_id, k.kind, CAST(%s AS "
            + ("date" if connection.vendor == "postgresql" else "text")
            + "), CAST(%s AS "
            + ("timestamptz" if connection.vendor == "postgresql" else "text")
            + f"), 'fill:' || o.id || k.kind || '{back}', '', '' FROM orgs_org o, ({kinds}) k"
            " WHERE o.county_id = %s AND o.kind = 'school' ON CONFLICT (source) DO NOTHING",
            day,
            stamp,
            county_id,
        )
    run("ANALYZE")


def units(county_id: int, count: int) -> None:
    """``count`` more schools in a county, in towns of their own, each with the cells of another."""
    pattern = Org.objects.filter(county=county_id, kind="school").order_by("pk")[0]
    town = Org.objects.filter(county=county_id, kind="town").order_by("-pk")[0]
    begin = (Org.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    series = SERIES[connection.vendor].format(a=begin, b=begin + count - 1)
    opened = connection.ops.adapt_datefield_value(pattern.opened_on)
    kind = "date" if connection.vendor == "postgresql" else "text"
    run(
        "INSERT INTO orgs_org (id, parent_id, county_id, kind, name, name_key, former_names,"
        f" short_name, code, path, state, opened_on) {series} SELECT i, {town.pk}, {county_id},"
        f" 'school', '增' || i, '增' || i, '', '', 'Z' || i, '{town.path}' || i || '.', 'active',"
        f" CAST(%s AS {kind}) FROM n",
        opened,
    )
    for table in ("duties_binding", "duties_tally"):
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, table)
        names = [each.name for each in described if each.name not in {"id", "unit_id", "town_id"}]
        listed = ", ".join(f"t.{name}" for name in names)
        run(
            f"INSERT INTO {table} (unit_id, town_id, {', '.join(names)})"
            f" SELECT o.id, {town.pk}, {listed} FROM {table} t, orgs_org o"
            " WHERE t.unit_id = %s AND o.id >= %s",
            pattern.pk,
            begin,
        )
    run("ANALYZE")


JOBS = {"hazards": hazards, "facts": facts, "units": units}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*map(int, sys.argv[2:]))
