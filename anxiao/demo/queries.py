"""What scripts may want to know of the demo county."""

from datetime import datetime
from typing import Any

from anxiao.demo import names
from anxiao.foundation.access.capabilities import ROLE_LABELS
from anxiao.foundation.accounts.queries import demo_accounts
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.queries import units_under
from anxiao.loop.duties.models import Plan
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection


def facts(at: datetime) -> dict[str, Any]:
    """Accounts (post, unit, user name, password) and base facts."""
    county = Org.objects.get(code=names.BUREAU_CODE)
    plan = Plan.objects.filter(issuer=county, state="published").first()
    return {
        "county": {"id": county.pk, "name": county.name, "code": county.code},
        "units": units_under(county.path).count(),
        "plan": {"code": plan.code, "title": plan.title} if plan else None,
        "hazards": Hazard.objects.filter(county=county).count(),
        "inspections": Inspection.objects.filter(county=county).count(),
        "accounts": [
            {
                "post": membership.role,
                "post_name": str(ROLE_LABELS[membership.role]),
                "unit": membership.org.name,
                "unit_id": membership.org_id,
                "unit_code": membership.org.code,
                "name": membership.user.name,
                "username": membership.user.username,
                "password": names.PASSWORD,
            }
            for membership in demo_accounts(business_day(at))
        ],
    }
