"""The words in which a room declares its registers (台账). Values only: see docs/dev/registers.md.

One declaration gives list, filters, search, sort, saved filters, export, print and API; with an
``ImportSpec`` also the import. Functions in a declaration get what was asked (``Asked``) last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.functional import Promise

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid

Text = str | Promise
ColumnKind = Literal["text", "int", "money", "date", "moment", "choice", "bool"]
FilterKind = Literal["choice", "bool", "date_range", "org", "text", "preset"]
NUMERIC: frozenset[str] = frozenset({"int", "money"})
UNBROKEN: frozenset[str] = NUMERIC | {"date", "moment", "bool"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, from which post, at which instant; ``day`` is the business day of it."""

    actor: Actor
    at: datetime
    post: Post | None = None

    @property
    def day(self) -> date:
        """The business day (Asia/Shanghai) of ``at``."""
        return business_day(self.at)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Both days count; a missing one leaves that side open."""

    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a register.

    ``value`` is an attribute path (``"org.name"``) or a function of row and ``Asked``; a path to a
    field with choices shows the choice's label. ``sort`` and ``total`` name a model field
    (``"org__name"``). ``listed``, ``printed`` and ``export`` say where it stands, ``phone`` whether
    it is on the card, ``main`` that it is the card's title and carries the link. ``width`` is in
    characters, for paper and Excel. ``whole`` keeps a text on one line of paper: numbers of
    records, codes, names of people.
    """

    key: str
    label: Text
    value: str | Callable[[Any, Asked], Any]
    kind: ColumnKind = "text"
    sort: str = ""
    total: str = ""
    main: bool = False
    wide: bool = False
    phone: bool = True
    listed: bool = True
    printed: bool = True
    export: bool = True
    width: int = 0
    whole: bool = False
    tone: Callable[[Any, Asked], str] | None = None

    @property
    def numeric(self) -> bool:
        """Whether it is set right-aligned."""
        return self.kind in NUMERIC

    @property
    def unbroken(self) -> bool:
        """Whether it keeps to one line on paper."""
        return self.whole or self.kind in UNBROKEN


Choices = Iterable[tuple[str, Text]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter; its value comes from the query string under ``key``.

    ``apply`` names a field to compare with, or is a function ``(queryset, value, asked)``. The
    value is: choice, org → the chosen text (one of ``choices``); bool → bool; date_range →
    ``DateRange`` (parameters ``<key>_from`` and ``<key>_until``); text → text; preset → True.
    ``choices`` is a list of pairs or a function of ``Asked``. ``chip`` shows a preset, a bool or
    every choice as a chip above the list. ``tone`` colours a preset. What is asked ``often`` stands
    first in the form of filters, the rest behind a tap; where nothing is marked, the first six do.
    """

    key: str
    label: Text
    kind: FilterKind
    apply: str | Callable[[QuerySet[Any], Any, Asked], QuerySet[Any]]
    choices: Choices | Callable[[Asked], Choices] = ()
    chip: bool = False
    tone: str = "plain"
    often: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLayout:
    """How the register stands on paper; remarks are always set last, the serial number first."""

    title: Text
    landscape: bool = True
    signatures: tuple[Text, ...] = ("填报人", "审核人", "单位负责人")
    remarks: str = ""


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: ``cell`` is the key of the field at fault, ``message`` the cure,
    ``near`` what may have been meant.
    """

    cell: str
    message: str
    near: tuple[str, ...] = ()


class Misnamed(Invalid):
    """A cell names nothing known; ``near`` are the names closest to it."""

    def __init__(self, cell: str, message: str, near: Sequence[str]) -> None:
        super().__init__(message, {cell: message})
        self.near = tuple(near)


@dataclass(slots=True)
class ImportContext:
    """What ``apply`` may need beside its row.

    ``org_path`` is the unit below which the file is imported. ``dry_run`` is true while the
    preview counts (all is rolled back afterwards). ``memory`` belongs to the room: ``prepare``
    fills it with what the next rows need. ``options`` are the command line's.
    """

    actor: Actor
    at: datetime
    org_path: str
    dry_run: bool = False
    row_number: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportField:
    """One thing a row can say.

    ``synonyms`` are other headings for it; blanks, units in parentheses, width and order do not
    matter. ``read`` gets the cell's value (text, number, bool, date; never blank) and returns
    what the room wants, or raises ``Unreadable``; ``None`` is plain text of at most
    ``max_length``. With ``unit_aware`` it is called as ``read(value, unit=10_000)`` when the
    heading says 万元, else ``unit=1``. Required fields must be mapped, and filled in every row
    unless ``may_be_blank``.
    """

    key: str
    label: Text
    synonyms: tuple[str, ...] = ()
    required: bool = False
    may_be_blank: bool = False
    read: Callable[..., Any] | None = None
    unit_aware: bool = False
    max_length: int = 200
    help: Text = ""


Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec:
    """How a workbook becomes records.

    ``apply`` writes one row (every mapped key present, blank → None) and tells what became of it;
    kernel errors it raises become row errors. It must find the record it wrote before, so that
    importing twice changes nothing. ``prepare`` is called before every few hundred rows with those
    rows and an empty ``context.memory``, to fetch in few queries. ``identity`` gives what makes a
    row the same as another in one file (None: not compared). With ``finish``, ``apply`` only
    gathers in ``context.memory`` what is to be written, and ``finish`` writes it for many rows in
    few statements, so that the turn to write is short. ``capability`` is required at the importing
    unit beside ``registers.import``.
    """

    slug: str
    title: Text
    fields: tuple[ImportField, ...]
    apply: Callable[[Row, ImportContext], Outcome | Rejected]
    capability: str
    prepare: Callable[[Sequence[Row], ImportContext], None] | None = None
    finish: Callable[[ImportContext], None] | None = None
    identity: Callable[[Row], object] | None = None
    hint: Text = ""

    def field(self, key: str) -> ImportField:
        """The field of ``key``; ``KeyError`` if there is none."""
        return {field.key: field for field in self.fields}[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One 台账.

    ``source`` gives the rows an actor may see (``Model.objects.visible_to(actor)`` with
    ``select_related`` for what columns show). ``order`` is one field, ``-`` for newest first; the
    id settles ties. ``first`` names preset filters whose rows stand first on the page as long as
    nothing is sorted or searched for. ``search`` lists text fields. ``alert`` is the key of a
    preset filter whose count stands in the first line ("12 项隐患，2 项超期"). ``detail_url`` and
    ``create_url`` give paths. ``clauses`` are clause codes the register serves.
    """

    slug: str
    title: Text
    source: Callable[[Actor], QuerySet[Any]]
    view_capability: str | tuple[str, ...]
    columns: tuple[Column, ...]
    print: PrintLayout
    noun: Text = "条记录"
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    order: str = "-id"
    first: tuple[str, ...] = ()
    alert: str = ""
    detail_url: Callable[[Any], str] | None = None
    create_url: Callable[[], str] | None = None
    create_label: Text = ""
    create_capability: str = ""
    importer: ImportSpec | None = None
    clauses: tuple[str, ...] = ()
    empty_text: Text = ""

    def __post_init__(self) -> None:
        """Refuse declarations that contradict themselves, at start and not at the first click."""
        keys = [column.key for column in self.columns]
        filters = [one.key for one in self.filters]
        if len(set(keys)) != len(keys) or len(set(filters)) != len(filters):
            raise ValueError(f"{self.slug}: keys must be unique")
        if not {*self.first, *filter(None, [self.alert])} <= set(filters):
            raise ValueError(f"{self.slug}: alert or first names no filter")
        if self.print.remarks and self.print.remarks not in keys:
            raise ValueError(f"{self.slug}: remarks name no column")

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Any of these shows the register."""
        held = self.view_capability
        return (held,) if isinstance(held, str) else held

    @property
    def url_name(self) -> str:
        """Name of the list page, for ``reverse``; ``-print``, ``-export`` … follow it."""
        return f"registers:{self.slug}"

    def column(self, key: str) -> Column | None:
        """The column of ``key``, if there is one."""
        return next((column for column in self.columns if column.key == key), None)
