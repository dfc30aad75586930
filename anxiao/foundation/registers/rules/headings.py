"""Finding the header of a sheet by what its headings mean, wherever it stands."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

HEADER_REACH = 15
"""The header is among the first rows of a sheet."""
MATCHES_NEEDED = 2
EXACT, ENDING = 3, 1
SHORTEST_ENDING = 2

_PARENTHESES = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_NOISE = re.compile(r"[\s*:/、,.;·•_'\"“”‘’<>《》!?#-]+")
_GROUP_TAIL = re.compile(r"(?:情况|信息|内容|环节|阶段|栏)$")

Cells = Mapping[int, str]
Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Header:
    """A header: number of its last row, heading per column, column per field found by meaning."""

    row: int
    headings: dict[int, str]
    columns: dict[str, int]
    score: int


def normal(text: str) -> str:
    """A heading without what people vary: width, blanks, units in parentheses, punctuation."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    bare = _NOISE.sub("", _PARENTHESES.sub("", narrow))
    return bare or _NOISE.sub("", narrow)


def unit_of(heading: str) -> int:
    """10,000 when the heading says 万元 (or 万人), else 1."""
    narrow = unicodedata.normalize("NFKC", heading)
    return 10_000 if re.search(r"[(:/]\s*(?:单位:?)?万", narrow) else 1


def find_header(rows: Sequence[tuple[int, Cells]], names: Names) -> Header | None:
    """The best header among ``rows`` (number, column → text) for fields and their names.

    ``names`` maps a field's key to its label and synonyms. One row or two rows one above the
    other; a pair must be better than its rows alone. None when no row has two filled cells.
    """
    reachable = [row for row in rows if row[0] <= HEADER_REACH]
    pairs = pairwise(reachable)
    best: Header | None = None
    for number, cells in reachable:
        best = _better(best, _single(number, cells, names))
    for upper, lower in pairs:
        if len(set(upper[1].values())) >= MATCHES_NEEDED:  # a title above is no row of headings
            best = _better(best, _pair(upper, lower, names))
    needed = min(MATCHES_NEEDED, len(names))
    if best is not None and len(best.columns) >= needed:
        return best
    return _fullest(reachable, names)


def header_at(rows: Sequence[tuple[int, Cells]], number: int, names: Names) -> Header | None:
    """The header that ends in row ``number`` because somebody said so."""
    for place, (at, cells) in enumerate(rows):
        if at == number:
            single = _single(at, cells, names)
            above = rows[place - 1] if place else None
            grouped = above is not None and len(set(above[1].values())) >= MATCHES_NEEDED
            pair = _pair(above, (at, cells), names) if above and grouped else None
            return pair if pair and pair.score > single.score else single
    return None


def _better(best: Header | None, other: Header) -> Header:
    return other if best is None or other.score > best.score else best


def _single(number: int, cells: Cells, names: Names) -> Header:
    candidates = {column: (text,) for column, text in cells.items()}
    return _header(number, dict(cells), candidates, names)


def _pair(upper: tuple[int, Cells], lower: tuple[int, Cells], names: Names) -> Header:
    above, below = upper[1], lower[1]
    headings: dict[int, str] = {}
    candidates: dict[int, tuple[str, ...]] = {}
    for column in sorted({*above, *below}):
        group, own = above.get(column, ""), below.get(column, "")
        if own and group and own != group:
            stem = _GROUP_TAIL.sub("", group)
            candidates[column] = (own, group + own, stem + own)
            headings[column] = f"{group}·{own}"
        else:
            candidates[column] = (own or group,)
            headings[column] = own or group
    return _header(lower[0], headings, candidates, names)


def _header(
    row: int, headings: dict[int, str], candidates: Mapping[int, Iterable[str]], names: Names
) -> Header:
    meant = {column: [normal(text) for text in texts] for column, texts in candidates.items()}
    columns: dict[str, int] = {}
    score = 0
    for worth, fits in ((EXACT, _same), (ENDING, _ends)):
        for key, spoken in names.items():
            if key in columns:
                continue
            column = _column_for(spoken, meant, columns.values(), fits)
            if column is not None:
                columns[key] = column
                score += worth
    for key, column in _shortened(meant, columns, names):
        columns[key] = column
        score += ENDING
    return Header(row, headings, columns, score)


def _shortened(
    meant: Mapping[int, Sequence[str]], columns: Mapping[str, int], names: Names
) -> list[tuple[str, int]]:
    """Free columns whose heading is the end of one field's name and of no other's (等级)."""
    found = []
    open_fields = {key: list(map(normal, names[key])) for key in names if key not in columns}
    for column in set(meant) - set(columns.values()):
        fits = [
            key
            for key, spoken in open_fields.items()
            if any(_ends(name, heading) for name in spoken for heading in meant[column])
        ]
        if len(fits) == 1:
            found.append((fits[0], column))
            del open_fields[fits[0]]
    return found


def _column_for(
    spoken: Sequence[str],
    meant: Mapping[int, Sequence[str]],
    taken: Iterable[int],
    fits: Callable[[str, str], bool],
) -> int | None:
    """The first free column whose heading fits one of the names, earlier names first."""
    free = [column for column in meant if column not in set(taken)]
    for name in map(normal, spoken):
        for column in free:
            if any(fits(heading, name) for heading in meant[column]):
                return column
    return None


def _same(heading: str, name: str) -> bool:
    return heading == name


def _ends(heading: str, name: str) -> bool:
    return len(name) >= SHORTEST_ENDING and heading.endswith(name)


def _fullest(rows: Sequence[tuple[int, Cells]], names: Names) -> Header | None:
    """For headings nobody has heard of: the first row with the most different texts."""
    widest = max(rows, key=lambda row: (len(set(row[1].values())), -row[0]), default=None)
    if widest is None or len(set(widest[1].values())) < MATCHES_NEEDED:
        return None
    return _single(widest[0], widest[1], names)
