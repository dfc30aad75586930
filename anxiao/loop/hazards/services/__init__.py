"""Writes of the room, by topic. One function per step, named ``<step>_hazard``."""

from anxiao.loop.hazards.services.asking import (
    Ending,
    decide_end,
    decide_extension,
    request_end,
    request_extension,
)
from anxiao.loop.hazards.services.assigning import (
    Commitments,
    Responsible,
    assign_hazard,
    reassign_hazard,
    renew_interim_hazard,
)
from anxiao.loop.hazards.services.criteria import (
    import_criteria,
    load_criteria,
    retire_criterion,
    save_criterion,
)
from anxiao.loop.hazards.services.escalating import (
    accept_up_hazard,
    mark_beyond_means,
    report_up_hazard,
    send_back_hazard,
)
from anxiao.loop.hazards.services.grading import (
    Grade,
    comment_hazard,
    comment_hazards,
    grade_hazard,
    supervise_hazard,
)
from anxiao.loop.hazards.services.opening import (
    Found,
    Opened,
    open_hazard,
    open_hazard_once,
    open_hazards,
)
from anxiao.loop.hazards.services.telling import Matter
from anxiao.loop.hazards.services.verifying import (
    close_hazard,
    reject_hazard,
    reopen_hazard,
    submit_hazard,
)

__all__ = [
    "Commitments",
    "Ending",
    "Found",
    "Grade",
    "Matter",
    "Opened",
    "Responsible",
    "accept_up_hazard",
    "assign_hazard",
    "close_hazard",
    "comment_hazard",
    "comment_hazards",
    "decide_end",
    "decide_extension",
    "grade_hazard",
    "import_criteria",
    "load_criteria",
    "mark_beyond_means",
    "open_hazard",
    "open_hazard_once",
    "open_hazards",
    "reassign_hazard",
    "reject_hazard",
    "renew_interim_hazard",
    "reopen_hazard",
    "report_up_hazard",
    "request_end",
    "request_extension",
    "retire_criterion",
    "save_criterion",
    "send_back_hazard",
    "submit_hazard",
    "supervise_hazard",
]
