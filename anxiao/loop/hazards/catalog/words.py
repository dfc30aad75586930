"""Categories (隐患类别) and causes (成因): codes, labels, and the words ledgers use for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anxiao.foundation.kernel.spellings import name_key
from anxiao.loop.hazards.catalog.parsing import (
    BadCatalog,
    Entry,
    Fault,
    Shape,
    duplicates,
    read_entries,
)

FILE = Path(__file__).parent / "categories.toml"
OTHER = "other"
SHAPES = {
    "category": Shape({"code": str, "label": str, "clause": str, "synonyms": list}),
    "cause": Shape({"code": str, "label": str, "synonyms": list}),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One category or cause; ``clause`` of the notice is the nearest one, ``""`` for causes."""

    code: str
    label: str
    clause: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Categories and causes in the order of the file; the code of each way to write a category."""

    categories: tuple[Word, ...]
    causes: tuple[Word, ...]
    category_of: Mapping[str, str]


def parse_words(text: str) -> Words:
    """Read a file of categories and causes; ``BadCatalog`` with a line per fault.

    A way of writing belongs to one entry only; ``other`` must be among both.
    """
    entries = read_entries(text, SHAPES)
    faults = duplicates(entries, "code") + duplicates(entries, "label")
    spoken = {kind: _spoken(entries, kind, faults) for kind in SHAPES}
    faults += [
        Fault(1, f"[[{kind}]] 中缺少代码为 {OTHER} 的一项。")
        for kind in SHAPES
        if OTHER not in spoken[kind].values()
    ]
    if faults:
        raise BadCatalog(sorted(faults, key=lambda fault: fault.line))
    return Words(_words(entries, "category"), _words(entries, "cause"), spoken["category"])


def category_choices() -> list[tuple[str, str]]:
    """Codes and labels in the order of lists."""
    return [(word.code, word.label) for word in category_words().categories]


def cause_choices() -> list[tuple[str, str]]:
    """Codes and labels in the order of lists."""
    return [(word.code, word.label) for word in category_words().causes]


def category_code(text: str) -> str | None:
    """The code of a category written as code, label or synonym; ``None`` if nobody knows it."""
    return category_words().category_of.get(name_key(text))


def category_label(code: str) -> str:
    """The label of a category; the code itself if it is not known any more."""
    return dict(category_choices()).get(code, code)


def cause_label(code: str) -> str:
    """The label of a cause; what was written if it is no code."""
    return dict(cause_choices()).get(code, code)


@cache
def category_words() -> Words:
    """The shipped categories and causes."""
    return parse_words(FILE.read_text(encoding="utf-8"))


def _spoken(entries: list[Entry], kind: str, faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if entry.kind != kind:
            continue
        code = entry.values["code"]
        for text in (code, entry.values["label"], *entry.values["synonyms"]):
            if found.setdefault(name_key(text), code) != code:
                message = f"“{text}”已归入“{found[name_key(text)]}”，一种写法只归一类。"
                faults.append(Fault(entry.line_of("synonyms"), message))
    return found


def _words(entries: list[Entry], kind: str) -> tuple[Word, ...]:
    return tuple(
        Word(
            entry.values["code"],
            entry.values["label"],
            entry.values.get("clause", ""),
            tuple(entry.values["synonyms"]),
        )
        for entry in entries
        if entry.kind == kind
    )
