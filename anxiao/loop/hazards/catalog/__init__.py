"""Reference data of the room: major-hazard criteria, categories, causes; and their strict parser.

The criteria are a table the bureau may replace by its own file of the same shape; categories and
causes are shipped. A bad entry is refused with its line and what to do, never passed over.
"""

from anxiao.loop.hazards.catalog.criteria import (
    CriterionEntry,
    criterion_faults,
    parse_criteria,
    shipped_criteria,
)
from anxiao.loop.hazards.catalog.parsing import BadCatalog, Fault
from anxiao.loop.hazards.catalog.words import (
    OTHER,
    category_choices,
    category_code,
    category_label,
    category_words,
    cause_choices,
    cause_label,
    parse_words,
)

__all__ = [
    "OTHER",
    "BadCatalog",
    "CriterionEntry",
    "Fault",
    "category_choices",
    "category_code",
    "category_label",
    "category_words",
    "cause_choices",
    "cause_label",
    "criterion_faults",
    "parse_criteria",
    "parse_words",
    "shipped_criteria",
]
