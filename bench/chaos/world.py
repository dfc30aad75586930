"""What the clients need to know of the county they work in."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token."""

    user: int
    token: str


@dataclass(frozen=True, slots=True)
class School:
    """A school and the two people who act for it."""

    org: int
    officer: Person
    principal: Person


@dataclass(frozen=True, slots=True)
class World:
    """``wrong`` is an item of the checklist whose failure opens an ordinary hazard."""

    schools: tuple[School, ...]
    checklist: int
    items: tuple[str, ...]
    wrong: str

    def save(self, path: Path) -> None:
        """Write it down for another process."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> "World":
        """Read what ``save`` wrote."""
        told = json.loads(path.read_text())
        schools = tuple(
            School(each["org"], Person(**each["officer"]), Person(**each["principal"]))
            for each in told["schools"]
        )
        return cls(schools, told["checklist"], tuple(told["items"]), told["wrong"])
