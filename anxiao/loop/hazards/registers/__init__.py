"""Registers (台账) of the room."""

from anxiao.loop.hazards.registers.criteria import CRITERIA, CRITERIA_IMPORT
from anxiao.loop.hazards.registers.ledger import HAZARDS
from anxiao.loop.hazards.registers.ledger_import import HAZARDS_IMPORT

__all__ = ["CRITERIA", "CRITERIA_IMPORT", "HAZARDS", "HAZARDS_IMPORT"]
