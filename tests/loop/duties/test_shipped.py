"""The shipped notice says all that the notice says: every clause, whom it binds, how often."""

import uuid

from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.kernel.periods import Cadence
from anxiao.loop.duties.catalog import parse_toml, shipped_plan
from anxiao.loop.duties.models import Duty, Tally
from anxiao.loop.duties.rules import is_by_hand
from anxiao.loop.duties.services import HandProof, import_plan, prove_by_hand, publish_plan
from anxiao.loop.inspections.catalog import shipped_checklists
from tests.builders import AT, TODAY, make_school

EXPECTED = """
1.a gauge
  1.a-1 principal standing 180d
1.b gauge
  1.b-1 safety_officer standing 35d
1.c gauge
  1.c-1 county_safety standing 35d county
1.d gauge
  1.d-1 principal standing 35d
  1.d-2 county_safety standing 35d county
2.1.a duty
  2.1.a-1 class_teacher monthly
2.1.b tool
  2.1.b-1 class_teacher weekly
2.1.c gauge
  2.1.c-1 class_teacher standing 35d
2.1.d duty
  2.1.d-1 class_teacher per_holiday
2.1.e rule
2.1.f duty
  2.1.f-1 safety_officer monthly
    where kinds=school
  2.1.f-2 safety_officer quarterly
    where kinds=kindergarten
2.1.g gauge
  2.1.g-1 principal standing 365d
2.1.h rule
2.2.a duty
  2.2.a-1 safety_officer weekly
  2.2.a-2 safety_officer monthly
  2.2.a-3 safety_officer monthly
  2.2.a-4 section_head weekly
    where labs=true
  2.2.a-5 safety_officer monthly
  2.2.a-6 dorm_keeper weekly
    where boarding=true
  2.2.a-7 canteen_manager weekly
    where canteen=true
  2.2.a-8 canteen_manager school_daily
    where canteen=true
  2.2.a-9 principal monthly
    where canteen=true
  2.2.a-10 safety_officer monthly
2.2.b duty
  2.2.b-1 principal termly
2.2.c duty
  2.2.c-1 safety_officer weekly
    where construction=true
2.2.d tool
  2.2.d-1 safety_officer quarterly
2.2.e rule
2.2.f rule
2.2.g tool
  2.2.g-1 county_safety standing 35d county
2.3.a gauge
  2.3.a-1 principal standing 180d
2.3.b gauge
  2.3.b-1 principal standing 35d
2.3.c gauge
  2.3.c-1 safety_officer standing 35d
2.3.d gauge
  2.3.d-1 principal standing 150d
2.3.e rule
2.3.f duty
  2.3.f-1 guard_captain school_daily
  2.3.f-2 guard_captain monthly
2.3.g tool
  2.3.g-1 guard_captain school_daily×2
2.3.h rule
2.3.i tool
  2.3.i-1 principal monthly
2.3.j duty
  2.3.j-1 guard_captain school_daily
  2.3.j-2 guard school_daily×5
2.4.a duty
  2.4.a-1 class_teacher termly
  2.4.a-2 class_teacher termly
2.4.b rule
  2.4.b-1 class_teacher termly
    where kinds=school
2.4.c tool
  2.4.c-1 safety_officer termly
2.4.d gauge
  2.4.d-1 safety_officer standing 35d
2.4.e duty
  2.4.e-1 bus_attendant per_trip×2
    where buses=true
  2.4.e-2 safety_officer termly
    where buses=true
2.4.f gauge
  2.4.f-1 safety_officer standing 35d
    where buses=true
  2.4.f-2 safety_officer monthly
    where buses=true
2.5.a duty
  2.5.a-1 principal termly
2.5.b duty
  2.5.b-1 vice_principal termly
  2.5.b-2 safety_officer termly
2.5.c duty
  2.5.c-1 safety_officer school_daily
  2.5.c-2 safety_officer monthly
  2.5.c-3 safety_officer monthly
  2.5.c-4 canteen_manager weekly
    where canteen=true
2.5.d duty
  2.5.d-1 safety_officer yearly
  2.5.d-2 safety_officer yearly
2.5.e duty
  2.5.e-1 dorm_keeper school_daily×2
    where boarding=true
2.5.f duty
  2.5.f-1 safety_officer heating_season×5
    where heating=air_conditioner+electric+heat_pump+gas_boiler+coal_boiler+stove
  2.5.f-2 safety_officer heating_season×16
    where stoves=true
  2.5.f-3 class_teacher heating_season
2.6.a duty
  2.6.a-1 law_vice_principal termly×2
    where kinds=school
2.6.b duty
  2.6.b-1 class_teacher monthly
    where kinds=school
  2.6.b-2 vice_principal termly
    where kinds=school
2.6.c gauge
  2.6.c-1 principal standing 365d
    where kinds=school
  2.6.c-2 class_teacher termly
    where kinds=school
2.6.d gauge
  2.6.d-1 safety_officer standing 35d
    where kinds=school
2.6.e tool
  2.6.e-1 counsellor weekly
    where kinds=school
2.6.f tool
  2.6.f-1 class_teacher monthly
    where kinds=school
2.7.a gauge
  2.7.a-1 principal standing 365d
2.7.b tool
  2.7.b-1 safety_officer termly
    where kinds=school
  2.7.b-2 section_head school_daily
    where kinds=school
2.7.c duty
  2.7.c-1 safety_officer weekly
2.7.d rule
  2.7.d-1 vice_principal yearly
    where kinds=school
2.7.e gauge
  2.7.e-1 principal standing 365d
3.1.a gauge
  3.1.a-1 principal standing 365d
3.1.b gauge
  3.1.b-1 principal standing 365d
3.1.c rule
3.1.d tool
  3.1.d-1 principal yearly
  3.1.d-2 county_safety yearly county
3.2.a gauge
  3.2.a-1 county_safety standing 90d county
  3.2.a-2 town_officer monthly town
  3.2.a-3 supervisor termly×2
3.2.b tool
  3.2.b-1 county_safety quarterly county
3.2.c tool
  3.2.c-1 principal standing 35d
3.3.a duty
  3.3.a-1 vice_principal school_daily
3.3.b rule
3.3.c duty
  3.3.c-1 vice_principal daily
3.3.d tool
3.4.a rule
3.4.b rule
3.4.c rule
3.4.d rule
3.4.e rule
3.4.f rule
3.4.g rule
"""
"""Clause and kind; below it each duty: owner, cadence, times, validity, level, whom it binds."""


def shown(plan):
    """The plan in the words of ``EXPECTED``."""
    lines = []
    for clause in plan.clauses:
        lines.append(f"{clause.code} {clause.kind}")
        for duty in clause.duties:
            times = f"×{duty.times}" if duty.times > 1 else ""
            words = [duty.code, duty.owner, f"{duty.cadence}{times}"]
            words += [f"{duty.valid_days}d"] if duty.valid_days else []
            words += [duty.level] if duty.level != "unit" else []
            lines.append(f"  {' '.join(words)}")
            where = [
                f"{name}={str(wanted).lower() if isinstance(wanted, bool) else '+'.join(wanted)}"
                for name, wanted in duty.applies_to.items()
            ]
            lines += [f"    where {' '.join(where)}"] if where else []
    return lines


def test_every_clause_stands_with_its_duties():
    plan = parse_toml(shipped_plan())
    assert shown(plan) == EXPECTED.strip().splitlines()
    assert (len(plan.clauses), len(plan.duties)) == (70, 83)


def test_every_duty_says_how_it_is_done_proved_and_why():
    plan = parse_toml(shipped_plan())
    for duty in plan.duties:
        assert duty.owner in ROLE_LABELS, duty.code
        assert all(plan.evidence_kinds[kind] for kind in duty.evidence), duty.code
        assert duty.how.endswith("。"), duty.code
        assert "方案" in duty.basis or "《" in duty.basis, duty.code
        assert duty.minutes > 0, duty.code
        gauge = Cadence(duty.cadence) is Cadence.STANDING
        assert (bool(duty.gauge), duty.valid_days is not None) == (gauge, gauge), duty.code
    used = {kind for duty in plan.duties for kind in duty.evidence}
    assert used == set(plan.evidence_kinds)
    gauges = [duty.gauge for duty in plan.duties if duty.gauge]
    assert len(gauges) == len(set(gauges))


def test_what_the_inspections_room_proves_has_its_checklist():
    """A duty of a built room leads to a form; one of a room to come is proved by hand."""
    codes = {checklist["code"] for checklist in shipped_checklists()}
    for duty in parse_toml(shipped_plan()).duties:
        inspected = {kind for kind in duty.evidence if kind.startswith("inspection.")}
        if inspected and not is_by_hand(duty.room):
            assert {kind.removeprefix("inspection.") for kind in inspected} <= codes, duty.code
            assert inspected == set(duty.evidence), duty.code
        else:
            assert is_by_hand(duty.room), duty.code


def test_every_duty_of_a_room_to_come_is_proved_by_hand(place):
    school = make_school(
        place.town,
        "样样齐全学校",
        is_boarding=True,
        boarders=60,
        has_canteen=True,
        buses=1,
        has_labs=True,
        has_construction=True,
        heating="stove",
    )
    draft = import_plan(shipped_plan(), place.county, actor=place.clerk, at=AT)
    publish_plan(draft, actor=place.clerk, at=AT)
    proved = 0
    for cell in Tally.objects.filter(unit=school, starts_on__lte=TODAY, ends_on__gt=TODAY):
        if not cell.duty.by_hand:
            continue
        for _time in range(cell.needed):
            proof = HandProof(
                uuid.uuid4(), school, cell.duty, cell.duty.evidence[0], TODAY, note="已办"
            )
            prove_by_hand(proof, actor=place.clerk, at=AT)
        cell.refresh_from_db()
        assert (cell.met, cell.done) == (True, cell.needed), cell.duty.code
        proved += 1
    by_hand = [duty for duty in Duty.objects.filter(plan=draft, level="unit") if duty.by_hand]
    kindergarten = [duty for duty in by_hand if duty.applies_to.get("kinds") == ["kindergarten"]]
    holiday = [duty for duty in by_hand if duty.cadence == Cadence.PER_HOLIDAY]
    assert proved == len(by_hand) - len(kindergarten) - len(holiday) > 40
