"""What the pages of a register show, as plain values: no work is left to templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.foundation.registers.declare import Asked, Column, Filter, ImportSpec, Register, Text
from anxiao.foundation.registers.models import ImportBatch, SavedFilter
from anxiao.foundation.registers.queries.asking import AFTER, BEFORE, NO, SORT, YES, Query
from anxiao.foundation.registers.queries.pages import Page
from anxiao.foundation.registers.queries.values import value_of, words
from anxiao.foundation.registers.states import ImportState

FIELDS_SHOWN = 6
"""Filters that stand in the form before the rest, where a register marks none."""
Field = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, or its day or instant for the template to write out."""

    column: Column
    value: Any
    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    url: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Head:
    """One column head; ``url`` sorts by it, ``sorted`` is asc, desc or empty."""

    column: Column
    url: str
    sorted: str


@dataclass(slots=True)
class Screen:
    """The list page."""

    total: str
    alert: dict[str, Any] | None
    chips: list[dict[str, Any]]
    clear_url: str
    fields: list[Field]
    more_fields: list[Field]
    more_open: bool
    kept: list[tuple[str, str]]
    heads: list[Head]
    lines: list[Line]
    totals: list[str] | None
    pager: dict[str, str]
    query: Query
    urls: dict[str, str]
    saved: list[dict[str, str]]
    empty: dict[str, str] = field(default_factory=dict)


def list_screen(register: Register, asked: Asked, page: Page) -> Screen:
    """Everything the list page shows."""
    columns = [column for column in register.columns if column.listed]
    query = page.query
    fields, more = _filter_fields(register, query)
    return Screen(
        total=f"{page.count:,}{'+' if page.capped else ''}",
        alert=_alert(register, page),
        chips=_chips(register, query),
        clear_url=reverse(register.url_name) if query.narrowed else "",
        fields=fields,
        more_fields=more,
        more_open=any(each["value"] or each["from"] or each["until"] for each in more),
        kept=_kept(register, query),
        heads=[_head(column, query, register) for column in columns],
        lines=[_line(register, columns, row, asked) for row in page.rows],
        totals=_totals(columns, page),
        pager=_pager(page),
        query=query,
        urls=_urls(register, asked, query),
        saved=_saved(register, asked),
        empty=_empty(register, asked, query),
    )


def _line(register: Register, columns: list[Column], row: Any, asked: Asked) -> Line:
    cells = [_cell(column, row, asked) for column in columns]
    return Line(register.detail_url(row) if register.detail_url else "", cells)


def _cell(column: Column, row: Any, asked: Asked) -> Cell:
    value = value_of(column, row, asked)
    tone = column.tone(row, asked) if column.tone else "plain"
    return Cell(column, value, words(value), tone)


def _head(column: Column, query: Query, register: Register) -> Head:
    if not column.sort:
        return Head(column, "", "")
    if query.sort:
        ordered_by, down = query.sort.removeprefix("-"), query.sort.startswith("-")
        now = ("desc" if down else "asc") if ordered_by == column.key else ""
    else:
        field_name = register.order.removeprefix("-")
        now = ("desc" if register.order.startswith("-") else "asc") * (column.sort == field_name)
    following = column.key if now == "desc" else f"-{column.key}"
    return Head(column, query.link(**{SORT: following}), now)


def _alert(register: Register, page: Page) -> dict[str, Any] | None:
    if not page.alert_count:
        return None
    one = next(one for one in register.filters if one.key == register.alert)
    return {
        "count": page.alert_count,
        "label": one.label,
        "tone": one.tone,
        "url": page.query.link(**{one.key: YES}),
    }


def _chips(register: Register, query: Query) -> list[dict[str, Any]]:
    return [
        {**chip, "label": str(chip["label"])}
        for one in register.filters
        if one.chip
        for chip in _chips_of(one, query)
    ]


def _chips_of(one: Filter, query: Query) -> Iterable[dict[str, Any]]:
    """A chip per choice, or one for a preset; an active chip takes its filter away."""
    if one.kind in {"preset", "bool"}:
        active = query.chosen.get(one.key) is True
        url = query.link(**{one.key: None if active else YES})
        yield {"label": one.label, "url": url, "active": active, "tone": one.tone, "count": None}
        return
    for value, label in query.choices.get(one.key, ()):
        active = query.raw.get(one.key) == str(value)
        url = query.link(**{one.key: None if active else str(value)})
        yield {"label": label, "url": url, "active": active, "tone": one.tone, "count": None}


def _filter_fields(register: Register, query: Query) -> tuple[list[Field], list[Field]]:
    """The form of filters: what is asked often, and the rest. What chips offer stands there."""
    marked = any(one.often for one in register.filters)
    offered = [one for one in register.filters if not _on_chips(one)]
    fields = [(one, _filter_field(one, query)) for one in offered]
    fields = [(one, each) for one, each in fields if one.kind != "org" or each["options"]]
    if marked:
        often = [each for one, each in fields if one.often]
        return often, [each for one, each in fields if not one.often]
    shown = [each for _one, each in fields]
    return shown[:FIELDS_SHOWN], shown[FIELDS_SHOWN:]


def _on_chips(one: Filter) -> bool:
    return one.chip and one.kind != "bool"


def _filter_field(one: Filter, query: Query) -> Field:
    options: Sequence[tuple[str, Text]] = []
    if one.kind in {"choice", "org"}:
        options = [(str(value), label) for value, label in query.choices.get(one.key, ())]
    elif one.kind in {"preset", "bool"}:
        options = [(YES, _("是")), (NO, _("否"))][: 1 if one.kind == "preset" else 2]
    return {
        "key": one.key,
        "label": one.label,
        "kind": "select" if options or one.kind in {"choice", "org"} else one.kind,
        "options": options,
        "value": query.raw.get(one.key, ""),
        "from": query.raw.get(f"{one.key}_from", ""),
        "until": query.raw.get(f"{one.key}_until", ""),
    }


def _kept(register: Register, query: Query) -> list[tuple[str, str]]:
    """What chips have chosen already, for the form to hand on."""
    keys = [one.key for one in register.filters if _on_chips(one)]
    return [(key, query.raw[key]) for key in keys if key in query.raw]


def _totals(columns: list[Column], page: Page) -> list[str] | None:
    """Texts below the columns; None where nothing is summed up."""
    if not page.totals or not page.rows or not any(column.total for column in columns):
        return None
    return [words(page.totals[column.key]) if column.total else "" for column in columns]


def _pager(page: Page) -> dict[str, str]:
    link = page.query.link
    return {
        "next": link(**{AFTER: page.next}) if page.next else "",
        "prev": link(**{BEFORE: page.previous}) if page.previous else "",
        "shown": _("本页 %(count)d 条") % {"count": len(page.rows)} if page.rows else "",
    }


def _urls(register: Register, asked: Asked, query: Query) -> dict[str, str]:
    """Links of the page; only what the actor may do."""
    base, asks = register.url_name, query.link()
    urls = {
        "list": reverse(base),
        "print": reverse(f"{base}-print") + asks,
        "save": reverse(f"{base}-save") + asks,
    }
    here = asked.post.org_path if asked.post else ""
    if here and asked.actor.may("registers.export", here):
        urls["export"] = reverse(f"{base}-export") + asks
    spec = register.importer
    if spec and here and all(asked.actor.may(cap, here) for cap in _import_capabilities(spec)):
        urls["import"] = reverse(f"{base}-import")
    wanted = register.create_capability
    if register.create_url and (not wanted or asked.actor.may_somewhere(wanted)):
        urls["create"] = register.create_url()
    return urls


def _import_capabilities(spec: ImportSpec) -> tuple[str, str]:
    return ("registers.import", spec.capability)


def _saved(register: Register, asked: Asked) -> list[dict[str, str]]:
    mine = SavedFilter.objects.filter(user_id=asked.actor.user_id, slug=register.slug)
    base = register.url_name
    return [
        {
            "name": saved.name,
            "url": reverse(f"{base}-saved", args=[saved.uuid]),
            "delete": reverse(f"{base}-unsave", args=[saved.uuid]),
        }
        for saved in mine.order_by("name")
    ]


def _empty(register: Register, asked: Asked, query: Query) -> dict[str, str]:
    if query.narrowed:
        return {
            "title": _("没有符合条件的记录"),
            "text": _("换一个条件，或清除筛选后再看。"),
            "url": reverse(register.url_name),
            "label": _("清除筛选"),
        }
    urls = _urls(register, asked, query)
    return {
        "title": _("还没有记录"),
        "text": str(register.empty_text),
        "url": urls.get("create", urls.get("import", "")),
        "label": str(register.create_label) if "create" in urls else _("从 Excel 导入"),
    }


@dataclass(frozen=True, slots=True)
class ImportScreen:
    """The preview, or the result once it is applied."""

    batch: ImportBatch
    state: str
    tiles: list[dict[str, Any]]
    skipped: str
    missing: list[str]
    unused: str
    heads: list[Text]
    samples: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    more_errors: int
    importable: int
    news: int


def import_screen(batch: ImportBatch, spec: ImportSpec) -> ImportScreen:
    """What the preview of a workbook shows."""
    report = batch.report
    kinds = {
        "blank": _("空行"),
        "total": _("合计行"),
        "note": _("说明和落款行"),
        "header": _("重复的表头行"),
    }
    skipped = [f"{kinds[kind]} {count}" for kind, count in report["skipped"].items()]
    labels = {one.key: str(one.label) for one in spec.fields}
    known = [place for place, one in enumerate(spec.fields) if one.key in report["columns"]]
    return ImportScreen(
        batch=batch,
        state=batch.state,
        tiles=_import_tiles(report, applied=batch.state == ImportState.APPLIED),
        skipped=_("、").join(skipped),
        missing=[labels[key] for key in report["missing"]],
        unused=_("、").join(
            text
            for column, text in report["headings"].items()
            if int(column) not in report["columns"].values()
        ),
        heads=[spec.fields[place].label for place in known],
        samples=[
            {"row": sample["row"], "values": [sample["values"][place] for place in known]}
            for sample in report.get("samples", ())
        ],
        errors=report["errors"],
        groups=report.get("groups", []),
        more_errors=report["more_errors"],
        importable=report["created"] + report["changed"] + report["same"],
        news=report["created"] + report["changed"],
    )


def _import_tiles(report: dict[str, Any], *, applied: bool) -> list[dict[str, Any]]:
    words_for = {
        "created": _("已新增") if applied else _("将新增"),
        "changed": _("已更新") if applied else _("将更新"),
        "same": _("没有变化"),
        "rejected": _("未导入") if applied else _("不能导入"),
    }
    tones = {"created": "done", "changed": "done", "rejected": "late"}
    return [
        {
            "label": label,
            "value": report[key],
            "unit": _("行"),
            "tone": tones.get(key, "plain") if report[key] else "plain",
        }
        for key, label in words_for.items()
    ]
