"""Plans, evidence, tallies."""

from anxiao.loop.duties.models.facts import Evidence, EvidenceFile, Exemption
from anxiao.loop.duties.models.plans import Clause, Duty, DutyEvidence, Plan
from anxiao.loop.duties.models.tallies import Binding, Progress, Rollup, Tally

__all__ = [
    "Binding",
    "Clause",
    "Duty",
    "DutyEvidence",
    "Evidence",
    "EvidenceFile",
    "Exemption",
    "Plan",
    "Progress",
    "Rollup",
    "Tally",
]
