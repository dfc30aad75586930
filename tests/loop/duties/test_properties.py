"""Whatever happens in whatever order, the stored counts are what the evidence says."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.orgs.models import DayOverride, Org, Profile
from anxiao.loop.duties.models import Duty, Evidence, Exemption, Rollup, Tally
from anxiao.loop.duties.services import (
    ExemptionRequest,
    approve_exemption,
    expire_standing,
    import_plan,
    open_cells,
    publish_plan,
    rebind_changed,
    record_evidence,
    recount,
    request_exemption,
    revoke_evidence,
)
from tests.builders import TODAY
from tests.loop.duties.plans import NOTICE, County, instant

pytestmark = pytest.mark.django_db
KINDS = ("drill.evacuation", "inspection.patrol", "plan.approved", "canteen.review", "visit.done")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "fact",
                "fact",
                "fact",
                "fact",
                "revoke",
                "exempt",
                "close",
                "canteen",
                "day",
                "holiday",
            ]
        ),
        st.integers(0, 10**6),
    ),
    max_size=14,
)


class Walk:
    """A county in which things happen, a day at a time."""

    def __init__(self):
        self.place = County()
        self.day = TODAY
        draft = import_plan(NOTICE, self.place.county, actor=self.place.clerk, at=self.at)
        publish_plan(draft, actor=self.place.clerk, at=self.at)
        self.number = 0

    @property
    def at(self):
        return instant(self.day)

    @property
    def units(self):
        place = self.place
        return [place.school, place.second, place.third, place.town]

    def fact(self, seed):
        self.number += 1
        record_evidence(
            unit=self.units[seed % 4],
            kind=KINDS[seed // 4 % 5],
            happened_on=self.day - timedelta(days=seed // 20 % 40),
            source=f"walk.fact:{self.number}",
            at=self.at,
            actor=SYSTEM,
            late_reason="补",
        )

    def revoke(self, seed):
        if self.number:
            source = f"walk.fact:{seed % self.number + 1}"
            revoke_evidence(source, actor=self.place.clerk, at=self.at, reason="错")

    def exempt(self, seed):
        duty = Duty.objects.order_by("pk")[seed % 3]
        start = self.day - timedelta(days=seed % 40)
        asked = ExemptionRequest(
            self.place.school, duty, start, start + timedelta(days=seed % 60), "停课"
        )
        if not Exemption.objects.filter(state="requested").exists():
            exemption = request_exemption(asked, actor=self.place.principal, at=self.at)
            approve_exemption(exemption, answer="", actor=self.place.officer, at=self.at)

    def close(self, seed):
        unit = Org.objects.get(pk=self.place.second.pk)
        closed = unit.state == "closed"
        Org.objects.filter(pk=unit.pk).update(
            state="active" if closed else "closed", closed_on=None if closed else self.day
        )
        rebind_changed(self.at)

    def canteen(self, seed):
        Profile.objects.filter(org=self.place.third).update(
            has_canteen=bool(seed % 2), updated_at=self.at
        )
        rebind_changed(self.at)

    def day_goes(self, seed):
        self.day += timedelta(days=seed % 35 + 1)
        open_cells(self.place.county, self.day)
        expire_standing(self.day)

    def holiday(self, seed):
        day = self.day + timedelta(days=seed % 7)
        kind = ("school", "holiday")[seed % 2]
        DayOverride.objects.update_or_create(
            org=self.place.town, day=day, defaults={"kind": kind, "reason": "调"}
        )
        rebind_changed(self.at)

    def take(self, step, seed):
        getattr(self, "day_goes" if step == "day" else step)(seed)


class Sequences(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def test_tallies_equal_recount_after_any_sequence(self, steps):
        walk = Walk()
        for step, seed in steps:
            walk.take(step, seed)
            found = recount(walk.place.county)
            assert not found, (step, found)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS, st.integers(0, 10**6))
    def test_more_evidence_never_increases_what_is_owed(self, steps, seed):
        walk = Walk()
        for step, each in steps:
            walk.take(step, each)

        def owing():
            rows = Tally.objects.filter(owed=True, exempt=False, met=False)
            return set(rows.values_list("unit_id", "duty_id", "period_key"))

        before, met = owing(), _met()
        walk.fact(seed)
        assert owing() <= before
        assert all(_met()[key] >= count for key, count in met.items())

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(range(6)))
    def test_the_order_of_facts_does_not_matter(self, order):
        walk = Walk()
        for number in order:
            record_evidence(
                unit=walk.place.school,
                kind="inspection.patrol",
                happened_on=date(2026, 11, 16) + timedelta(days=number),
                source=f"walk.day:{number}",
                at=walk.at,
                actor=SYSTEM,
                late_reason="补",
            )
        cells = Tally.objects.filter(unit=walk.place.school, duty__code="2.2.a-2")
        assert dict(cells.values_list("period_key", "done")) == {"2026-W47": 6, "2026-W48": 0}
        assert Evidence.objects.count() == 6


def _met():
    return {(row.org_id, row.duty_id, row.period_key): row.met for row in Rollup.objects.all()}
