"""What a label shows. Plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """One QR label; ``svg`` is a data URL of the code for ``link``."""

    name: str
    number: str
    place: str
    unit: str
    link: str
    svg: str
