"""Writes of the tree of units: founding, profile, names, life, calendar, import."""

from anxiao.foundation.orgs.services.days import (
    TermData,
    add_term,
    clear_day,
    remove_term,
    set_day,
)
from anxiao.foundation.orgs.services.importing import UNITS_IMPORT
from anxiao.foundation.orgs.services.ledger import UnitRow, Upserted, upsert_unit
from anxiao.foundation.orgs.services.life import close_org, merge_org, reopen_org
from anxiao.foundation.orgs.services.units import (
    OrgData,
    ProfileData,
    create_org,
    rename_org,
    update_profile,
)

__all__ = [
    "UNITS_IMPORT",
    "OrgData",
    "ProfileData",
    "TermData",
    "UnitRow",
    "Upserted",
    "add_term",
    "clear_day",
    "close_org",
    "create_org",
    "merge_org",
    "remove_term",
    "rename_org",
    "reopen_org",
    "set_day",
    "update_profile",
    "upsert_unit",
]
