"""Every register (台账) of the house, in the order in which they are offered."""

from anxiao.foundation.accounts.registers import PEOPLE
from anxiao.foundation.orgs.registers import UNITS
from anxiao.foundation.registers.declare import Register
from anxiao.loop.duties.registers import DUTIES, EVIDENCE
from anxiao.loop.hazards.registers import CRITERIA, HAZARDS
from anxiao.loop.inspections.registers import INSPECTIONS
from anxiao.project.journal import JOURNAL

REGISTERS: tuple[Register, ...] = (
    *(HAZARDS, INSPECTIONS, DUTIES, EVIDENCE, UNITS, PEOPLE),
    *(CRITERIA, JOURNAL),
)
