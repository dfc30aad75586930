"""Facts recorded, and the cells and rollups that count them."""

from anxiao.foundation.access.actor import SYSTEM
from anxiao.loop.duties.models import Evidence, Rollup, Tally
from anxiao.loop.duties.services import record_evidence
from tests.builders import AT, TODAY


def fact(unit, kind, day=TODAY, *, at=AT, source=None, **words):
    number = Evidence.objects.count()
    return record_evidence(
        unit=unit,
        kind=kind,
        happened_on=day,
        source=source or f"test.fact:{number}",
        at=at,
        actor=SYSTEM,
        **words,
    )


def cell(unit, code, key):
    return Tally.objects.get(unit=unit, duty__code=code, period_key=key)


def rolled(org, code, key):
    row = Rollup.objects.get(org=org, duty__code=code, period_key=key)
    return row.owed, row.met
