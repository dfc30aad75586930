"""What a cadence asks for: periods, their keys, whether one is owed, when it is due, how it stands.

A period is ``[start, end)``, clipped to the plan's window; its key is the string that rows keep.
Keys sort like the periods they name: ``2026-11-23``, ``2026-W48``, ``2026-11``, ``2026Q4``,
``2026-2027-1`` (term), ``2026``, ``H2026`` (heating), ``holiday:2026-10-01``, ``once`` and
``standing``.
"""

from anxiao.foundation.kernel.periods.keys import cadences_of_key, parse_key
from anxiao.foundation.kernel.periods.owing import (
    Owed,
    Reason,
    Status,
    due_on,
    owed,
    status,
    weekly_minutes,
)
from anxiao.foundation.kernel.periods.spans import (
    DAY_BY_DAY,
    NORTHERN_HEATING,
    WHOLE_PLAN,
    Cadence,
    HeatingSeason,
    Period,
    Window,
    period_of,
    periods_between,
)

__all__ = [
    "DAY_BY_DAY",
    "NORTHERN_HEATING",
    "WHOLE_PLAN",
    "Cadence",
    "HeatingSeason",
    "Owed",
    "Period",
    "Reason",
    "Status",
    "Window",
    "cadences_of_key",
    "due_on",
    "owed",
    "parse_key",
    "period_of",
    "periods_between",
    "status",
    "weekly_minutes",
]
