"""What a label shows, and how its code is read. Plain values only."""

import re
from dataclasses import dataclass

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 O 1 I L U: a code can be read out and typed."""
CODE_LENGTH = 8
_CODE = re.compile(rf"(?:\S*/p/)?([{ALPHABET}]{{{CODE_LENGTH}}})/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Label:
    """One QR label; ``svg`` is a data URL of the QR that holds ``link``, ``code`` its last part."""

    name: str
    number: str
    place: str
    unit: str
    link: str
    code: str
    svg: str


def read_code(typed: str) -> str:
    """The code in what was typed (spaces, small letters) or in a scanned link; "" for none."""
    found = _CODE.fullmatch("".join(typed.split()))
    return found[1].upper() if found else ""


def joined(place: str, spot: str) -> str:
    """A spot after its place; what one says of the other already is not said twice."""
    said, told = ("".join(words.split()) for words in (spot, place))
    if said.startswith(told):
        return spot
    return place if told.endswith(said) else f"{place} {spot}"
