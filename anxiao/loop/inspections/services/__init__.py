"""Writing inspections, checklists and rounds."""

from anxiao.loop.inspections.services.checklists import (
    delete_draft,
    edit_draft,
    load_shipped_checklists,
    new_checklist,
    new_version,
    publish_checklist,
    retire_checklist,
)
from anxiao.loop.inspections.services.intake import (
    Taken,
    receive,
    submit_inspection,
    submit_inspections,
)
from anxiao.loop.inspections.services.late import attach_photos
from anxiao.loop.inspections.services.rounds import (
    RoundPlan,
    StopPlan,
    assign_checklists,
    retire_round,
    save_round,
)

__all__ = [
    "RoundPlan",
    "StopPlan",
    "Taken",
    "assign_checklists",
    "attach_photos",
    "delete_draft",
    "edit_draft",
    "load_shipped_checklists",
    "new_checklist",
    "new_version",
    "publish_checklist",
    "receive",
    "retire_checklist",
    "retire_round",
    "save_round",
    "submit_inspection",
    "submit_inspections",
]
