"""G7, G8, G10, and the import: run inside the product, ``python -m bench.cells NAME …``.

Prints one JSON list of ``[ours, floor]`` per name; the program beside it judges.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
django.setup()

from django.db import connection, transaction
from django.utils import timezone

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.models import Evidence, Rollup, Tally
from anxiao.loop.duties.services import evidence, recount
from anxiao.loop.duties.services.locks import lock_units
from anxiao.loop.duties.services.statements import Scope, count_cells

ROUNDS = 3
KEPT_ROUNDS = 5
FACTS = 600
BATCH = 20
SPOILED = 10

BARE = """
SELECT t.unit_id, t.duty_id, t.period_key, COUNT(e.id)
FROM duties_tally t
JOIN duties_dutyevidence k ON k.duty_id = t.duty_id
LEFT JOIN duties_evidence e ON e.unit_id = t.unit_id AND e.kind = k.kind
  AND e.happened_on >= t.counts_from AND e.happened_on < t.ends_on AND e.revoked_at IS NULL
WHERE t.county_id = %s GROUP BY t.unit_id, t.duty_id, t.period_key
"""


def seconds(call: Callable[[], Any]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def rebuild(county_id: int) -> dict[str, Any]:
    """G7: counting all cells anew beside the bare statement that writes them down."""
    county = Org.objects.get(pk=county_id)
    today = business_day(timezone.now())
    pairs = []
    for _ in range(ROUNDS):
        _spoil(county_id)
        ours = seconds(lambda: _rebuilt(county_id, today))
        pairs.append((ours, seconds(lambda: _bare(county_id))))
    checked = seconds(lambda: recount(county))
    return {
        "pairs": pairs,
        "cells": Tally.objects.filter(county=county_id).count(),
        "facts": Evidence.objects.filter(county=county_id).count(),
        "checked": checked,
    }


def _spoil(county_id: int) -> None:
    """A tenth of the cells are wrong."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE duties_tally SET done = done + 1 WHERE county_id = %s AND id %% {SPOILED} = 0",
            [county_id],
        )


def _rebuilt(county_id: int, today: Any) -> None:
    with transaction.atomic():
        count_cells(Scope(county_id), today)


def _bare(county_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_cells")
        cursor.execute(f"CREATE TABLE bench_cells AS {BARE}", [county_id])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_cells")


def keeping(county_id: int) -> dict[str, Any]:
    """G10: recording facts with their cells and rollups, beside the same without them.

    One fact in each transaction, and an outbox of twenty; all cells are unmet at first, so that
    rollups move too.
    """
    units = list(Org.objects.filter(county=county_id, kind="school")[:60])
    found: dict[str, Any] = {}
    for name, step in (("alone", 1), ("batch", BATCH)):
        found[name] = []
        for turn in range(KEPT_ROUNDS):
            _unmet(county_id)
            found[name].append(_in_turns(units, f"{name}{turn}", step))
    return found


def _unmet(county_id: int) -> None:
    with transaction.atomic():
        Tally.objects.filter(county=county_id).update(done=0, met=False)
        Rollup.objects.filter(county=county_id).update(met=0)


def _in_turns(units: list[Org], mark: str, step: int) -> tuple[float, float]:
    """Seconds for ``FACTS`` patrols, ``step`` of a unit in each transaction: with its cells and
    without, one transaction of each after the other.
    """
    ours = floor = 0.0
    for start in range(0, FACTS, step):
        unit, numbers = units[start // step % len(units)], range(start, start + step)
        ours += seconds(partial(_facts, unit, f"with{mark}", numbers))
        with mock.patch.object(evidence, "_count_in", _not_counted):
            floor += seconds(partial(_facts, unit, f"bare{mark}", numbers))
    return ours, floor


def _not_counted(*_given: object) -> None:
    """What the floor does instead; a mock would take longer than a statement."""


def _facts(unit: Org, mark: str, numbers: range) -> None:
    """Patrols of today and yesterday in one transaction."""
    at = timezone.now()
    today = business_day(at)
    facts = [
        evidence.Fact(
            unit=unit,
            kind="inspection.patrol",
            happened_on=today - timedelta(days=number % 2),
            source=f"bench.{mark}:{number}",
        )
        for number in numbers
    ]
    with transaction.atomic():
        lock_units([unit.pk])
        evidence.record_facts(facts, at=at, actor=SYSTEM)


if __name__ == "__main__":
    print(json.dumps({"rebuild": rebuild, "keeping": keeping}[sys.argv[1]](int(sys.argv[2]))))
