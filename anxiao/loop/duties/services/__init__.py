"""Writes of the room, by topic."""

from anxiao.loop.duties.services.binding import open_due, rebind_changed, rebind_units
from anxiao.loop.duties.services.cells import open_cells
from anxiao.loop.duties.services.drafts import (
    new_draft,
    remove_clause,
    remove_duty,
    save_clause,
    save_duty,
    save_head,
)
from anxiao.loop.duties.services.evidence import (
    BY_HAND,
    Fact,
    HandProof,
    prove_by_hand,
    record_evidence,
    record_facts,
    revoke_by_hand,
    revoke_evidence,
)
from anxiao.loop.duties.services.exemptions import (
    ExemptionRequest,
    approve_exemption,
    refuse_exemption,
    request_exemption,
)
from anxiao.loop.duties.services.plans import (
    copy_plan,
    delete_draft,
    import_plan,
    import_workbook,
    publish_plan,
    retire_plan,
    take_in,
)
from anxiao.loop.duties.services.standing import Differences, expire_standing, recount

__all__ = [
    "BY_HAND",
    "Differences",
    "ExemptionRequest",
    "Fact",
    "HandProof",
    "approve_exemption",
    "copy_plan",
    "delete_draft",
    "expire_standing",
    "import_plan",
    "import_workbook",
    "new_draft",
    "open_cells",
    "open_due",
    "prove_by_hand",
    "publish_plan",
    "rebind_changed",
    "rebind_units",
    "record_evidence",
    "record_facts",
    "recount",
    "refuse_exemption",
    "remove_clause",
    "remove_duty",
    "request_exemption",
    "retire_plan",
    "revoke_by_hand",
    "revoke_evidence",
    "save_clause",
    "save_duty",
    "save_head",
    "take_in",
]
