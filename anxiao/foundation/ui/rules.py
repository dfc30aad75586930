"""Pure decisions of the look: which tone a thing has, what a chart holds."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Tone = Literal["late", "soon", "done", "plain"]

SOON_DAYS = 3
"""A deadline this many days away or nearer is 临期."""

_WORDS: dict[str, Tone] = {
    **dict.fromkeys(("late", "overdue", "major", "rejected", "failed", "fail"), "late"),
    **dict.fromkeys(("soon", "due", "submitted", "reported", "pending", "open"), "soon"),
    **dict.fromkeys(("done", "met", "closed", "passed", "pass", "published"), "done"),
}


def tone_of_word(word: str) -> Tone:
    """The tone of a state's word; ``plain`` for words that say neither good nor bad."""
    return _WORDS.get(word, "plain")


def tone_of_deadline(due_on: date, today: date) -> Tone:
    """``late`` from the day after ``due_on``, ``soon`` within ``SOON_DAYS`` before it."""
    left = (due_on - today).days
    if left < 0:
        return "late"
    return "soon" if left <= SOON_DAYS else "plain"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars: ``values`` match the chart's ``labels``; None is a gap."""

    name: str
    values: tuple[float | None, ...]
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A graphic that answers ``question``; ``answer`` is the verdict in a few words.

    ``key`` is unique on the page. ``unit`` stands behind numbers (项, %, 次).
    """

    key: str
    question: str
    kind: Literal["line", "bar", "stacked"]
    labels: tuple[str, ...]
    series: tuple[Series, ...] = field(default=())
    unit: str = ""
    answer: str = ""
    horizontal: bool = False

    def __post_init__(self) -> None:
        """Refuse series that do not fit the labels."""
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("every series needs one value per label")

    @property
    def data_id(self) -> str:
        """The id of the page element that holds the payload."""
        return f"chart-{self.key}-data"

    @property
    def payload(self) -> dict[str, Any]:
        """What the browser draws, as plain JSON."""
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "unit": self.unit,
            "horizontal": self.horizontal,
            "series": [
                {"name": s.name, "values": list(s.values), "tone": s.tone} for s in self.series
            ],
        }

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """The table behind the graphic: label, then one value per series."""
        return [
            (label, [series.values[n] for series in self.series])
            for n, label in enumerate(self.labels)
        ]
