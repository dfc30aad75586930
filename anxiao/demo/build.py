"""The demo county in one transaction: all of it is there, or none."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from anxiao.demo import names, work
from anxiao.demo.clock import at_hour
from anxiao.demo.county import County, found_county
from anxiao.demo.rounds import lay_out_rounds
from anxiao.foundation.access.capabilities import Role
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.loop import duties
from anxiao.loop.duties.services import import_plan, publish_plan

PLAN = Path(duties.__file__).parent / "catalog" / "fourth_quarter.toml"
PLAN_YEAR = 2026
PUBLISHED_DAYS = 5
"""How long the plan has been in force: daily duties are owed since then."""
SHOWN_DAYS = 15
"""How many days of work the demo shows; more would keep people waiting at the first start."""


def is_built() -> bool:
    """Whether the demo county stands."""
    return Org.objects.filter(code=names.BUREAU_CODE).exists()


@transaction.atomic
def build_demo(at: datetime, say: Callable[[str], None]) -> None:
    """Found the county, publish the notice, and let it work until ``at``."""
    today = business_day(at)
    year = today.year if today.month >= 9 else today.year - 1  # noqa: PLR2004 - September
    start = today - timedelta(days=SHOWN_DAYS)
    founded = min(start, date(year, 9, 1)) - timedelta(days=7)
    county = found_county(at_hour(founded, 12), year, say)
    say("方案")
    published = today - timedelta(days=PUBLISHED_DAYS)
    _publish(county, year, published)
    lay_out_rounds(county)
    say("检查、隐患、佐证")
    work.live_through(county, start, published, at, say)


def _publish(county: County, year: int, on: date) -> None:
    clerk = county.actor(county.org, Role.COUNTY_SAFETY, on)
    text = PLAN.read_text(encoding="utf-8")
    for offset in (1, 0):
        text = text.replace(f"{PLAN_YEAR + offset}", f"{year + offset}")
    plan = import_plan(text, county.org, actor=clerk, at=at_hour(on, 12))
    publish_plan(plan, actor=clerk, at=at_hour(on, 12))
