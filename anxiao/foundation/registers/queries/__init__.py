"""Reads of registers: pages, rows in order, values of cells."""

from anxiao.foundation.registers.queries.asking import Query, read_query, rows_of
from anxiao.foundation.registers.queries.pages import (
    COUNT_CAP,
    PAGE_SIZE,
    Page,
    capped_count,
    ordered,
    page_of,
)
from anxiao.foundation.registers.queries.values import json_row, paper_columns, value_of, words

__all__ = [
    "COUNT_CAP",
    "PAGE_SIZE",
    "Page",
    "Query",
    "capped_count",
    "json_row",
    "ordered",
    "page_of",
    "paper_columns",
    "read_query",
    "rows_of",
    "value_of",
    "words",
]
