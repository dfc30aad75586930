"""Tables of the room: the ledger, what is asked about its lines, and reference data."""

from anxiao.loop.hazards.models.asking import EndRequest, Escalation, Extension
from anxiao.loop.hazards.models.ledger import (
    Hazard,
    HazardComment,
    HazardPhoto,
    HazardQuerySet,
)
from anxiao.loop.hazards.models.reference import Criterion, LedgerYear

__all__ = [
    "Criterion",
    "EndRequest",
    "Escalation",
    "Extension",
    "Hazard",
    "HazardComment",
    "HazardPhoto",
    "HazardQuerySet",
    "LedgerYear",
]
