"""Every kind of record whose refused bodies the box keeps, by its name in the journal."""

from anxiao.foundation.conflicts.declare import Kinds
from anxiao.loop.hazards.services.refused import HAZARD
from anxiao.loop.inspections.services.refused import INSPECTION

KINDS: Kinds = {kind.subject: kind for kind in (INSPECTION, HAZARD)}
