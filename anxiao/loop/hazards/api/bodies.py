"""What programs send about hazards: typed, nothing unknown."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from anxiao.foundation.access.api import Body, Day, Id, Uuid

MAX_PHOTOS = 9


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "not a number")
    return value


Yuan = Annotated[
    Decimal,
    Field(strict=False, ge=0, max_digits=11, decimal_places=2),
    BeforeValidator(_no_truth),
]
Source = Literal[
    "self_check",
    "patrol",
    "superior",
    "joint",
    "campaign",
    "drill",
    "daily_review",
    "public",
    "incident",
]
Level = Literal["ordinary", "major"]


class OpenBody(Body):
    """A hazard as it was found. ``uuid`` is made on the device: sent twice, it is stored once.

    ``category`` is a code or its Chinese word; ``photos`` are UUIDs of own uploads; ``point`` is
    the code on the label, ``criterion`` the code of a major-hazard criterion. A major hazard needs
    one of ``criterion`` and ``level_reason``; its four are ``interim_measure``,
    ``responsible_unit``, ``responsible_name``, ``due_on``.
    """

    uuid: Uuid
    unit: Id
    source: Source
    category: str = Field(min_length=1, max_length=30)
    description: str = Field(min_length=1, max_length=500)
    place_text: str = Field("", max_length=120)
    found_on: Day
    level: Level = "ordinary"
    criterion: str = Field("", max_length=40)
    level_reason: str = Field("", max_length=200)
    point: str = Field("", max_length=16)
    place: Id | None = None
    basis: str = Field("", max_length=200)
    cause: str = Field("", max_length=200)
    found_by_name: str = Field("", max_length=60)
    late_reason: str = Field("", max_length=200)
    remarks: str = Field("", max_length=300)
    photos: list[Uuid] = Field([], max_length=MAX_PHOTOS)
    interim_measure: str = Field("", max_length=300)
    responsible_unit: str = Field("", max_length=80)
    responsible_name: str = Field("", max_length=60)
    due_on: Day | None = None


class AssignBody(Body):
    """The five commitments (五落实) and the interim measure.

    ``responsible`` is the id of a person of the unit, or ``responsible_name`` anybody else.
    ``funds`` are yuan; 0 must be said.
    """

    responsible_unit: str = Field(max_length=80)
    responsible: Id | None = None
    responsible_name: str = Field("", max_length=60)
    measure: str = Field(max_length=500)
    funds: Yuan
    due_on: Day
    contingency: str = Field("", max_length=300)
    interim_measure: str = Field("", max_length=300)
    interim_until: Day | None = None


class ReassignBody(Body):
    """Another person (as in assigning), and why; measure and deadline stay."""

    responsible_unit: str = Field(max_length=80)
    responsible: Id | None = None
    responsible_name: str = Field("", max_length=60)
    reason: str = Field(max_length=300)


class InterimBody(Body):
    """What keeps people safe, and until when."""

    interim_measure: str = Field(max_length=300)
    interim_until: Day


class SubmitBody(Body):
    """What was done; photos of afterwards, or why there are none."""

    result: str = Field(max_length=500)
    photos: list[Uuid] = Field([], max_length=MAX_PHOTOS)
    no_photo_reason: str = Field("", max_length=200)


class ReasonBody(Body):
    """A step that needs only a reason."""

    reason: str = Field(max_length=300)


class OpinionBody(Body):
    """The opinion of who looked."""

    opinion: str = Field(max_length=300)


class AnswerBody(Body):
    """The upper level's answer."""

    answer: str = Field(max_length=500)


class ReportUpBody(Body):
    """Why the unit cannot do it, and what keeps people safe meanwhile."""

    reason: str = Field(max_length=500)
    interim_measure: str = Field(max_length=300)


class ExtendBody(Body):
    """Until when, and why."""

    new_due_on: Day
    reason: str = Field(max_length=300)


class DecideBody(Body):
    """Yes or no to what another person asked; a no needs an answer."""

    approve: bool
    answer: str = Field("", max_length=300)


class EndBody(Body):
    """To void a hazard, or to merge it into another of the unit (``into``: its number)."""

    kind: Literal["void", "merge"]
    reason: str = Field(max_length=300)
    into: str = Field("", max_length=20)


class GradeBody(Body):
    """Another level and what makes it so."""

    level: Level
    criterion: str = Field("", max_length=40)
    reason: str = Field("", max_length=200)
    interim_measure: str = Field("", max_length=300)


class CommentBody(Body):
    """A remark."""

    text: str = Field(max_length=500)
