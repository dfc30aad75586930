"""Registers for programs: the same rows, filters, order and export as the page."""

import tempfile
from typing import Any

from django.http import FileResponse, Http404
from ninja import Router, Schema

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.api import PROBLEMS, ApiRequest, needs
from anxiao.foundation.registers.declare import Asked, Column, Filter, Register
from anxiao.foundation.registers.http import XLSX, workbook_response
from anxiao.foundation.registers.queries import json_row
from anxiao.foundation.registers.queries.programs import check_parameters, strict_page_of
from anxiao.foundation.registers.services import export

READING = """查询参数与网页相同：q 搜索，sort 排序（列名，前加 - 为倒序），after、before 翻页，
其余为台账的筛选项；时间段写作 <筛选项>_from、<筛选项>_until。不认识的参数一律拒绝。"""
FREE_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": "params",
            "in": "query",
            "style": "form",
            "explode": True,
            "description": "筛选项，见 GET /registers 的 filters",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}


class Rows(Schema):
    """One page of a register; ``next`` and ``previous`` are cursors for ``after``/``before``."""

    title: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]
    count: int
    capped: bool
    next: str
    previous: str


class FilterOut(Schema):
    """A query parameter of a register; ``choices`` where the values are fixed."""

    key: str
    label: str
    kind: str
    choices: dict[str, str]


class RegisterOut(Schema):
    """A register that may be read: its columns by key, its filters."""

    slug: str
    title: str
    columns: dict[str, str]
    sorts: list[str]
    filters: list[FilterOut]


def register_router(registers: tuple[Register, ...]) -> Router:
    """A router over ``registers``; a slug one may not see is as unknown as one that is none."""
    router = Router(tags=["registers"])
    any_of = tuple(dict.fromkeys(cap for one in registers for cap in one.capabilities))

    @router.get(
        "/registers",
        response={200: list[RegisterOut], **PROBLEMS},
        operation_id="list_registers",
        summary="可查看的台账",
    )
    @needs(*any_of)
    def index(request: ApiRequest) -> list[RegisterOut]:
        """The registers that may be read, with their columns and filters."""
        return [_described(one) for one in _visible(registers, request.actor)]

    @router.get(
        "/registers/{slug}.xlsx",
        response=PROBLEMS,
        operation_id="export_register",
        summary="导出台账（Excel）",
        description=READING,
        openapi_extra={
            **FREE_PARAMETERS,
            "responses": {
                200: {
                    "description": "OK",
                    "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
                }
            },
        },
    )
    @needs("registers.export", reads_query=True)
    def workbook(request: ApiRequest, slug: str) -> FileResponse:
        register = _found(registers, request.actor, slug)
        asked = _asked(request)
        check_parameters(register, asked, request.GET.dict())
        target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            export(register, asked, request.GET.dict(), target)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return workbook_response(target, f"{register.title}{asked.day:%Y%m%d}.xlsx")

    @router.get(
        "/registers/{slug}",
        response={200: Rows, **PROBLEMS},
        operation_id="read_register",
        summary="台账的一页",
        description=READING,
        openapi_extra=FREE_PARAMETERS,
    )
    @needs(*any_of, reads_query=True)
    def read(request: ApiRequest, slug: str) -> Rows:
        register = _found(registers, request.actor, slug)
        asked = _asked(request)
        shown = strict_page_of(register, asked, request.GET.dict())
        return Rows(
            title=str(register.title),
            columns=_labels(register.columns),
            rows=[json_row(register, row, asked) for row in shown.rows],
            count=shown.count,
            capped=shown.capped,
            next=shown.next,
            previous=shown.previous,
        )

    return router


def _visible(registers: tuple[Register, ...], actor: Actor) -> list[Register]:
    return [one for one in registers if any(map(actor.may_somewhere, one.capabilities))]


def _found(registers: tuple[Register, ...], actor: Actor, slug: str) -> Register:
    found = next((one for one in _visible(registers, actor) if one.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _asked(request: ApiRequest) -> Asked:
    return Asked(request.actor, request.at, request.post)


def _described(register: Register) -> RegisterOut:
    return RegisterOut(
        slug=register.slug,
        title=str(register.title),
        columns=_labels(register.columns),
        sorts=[column.key for column in register.columns if column.sort],
        filters=[_filter(one) for one in register.filters],
    )


def _filter(one: Filter) -> FilterOut:
    fixed = () if callable(one.choices) else one.choices
    return FilterOut(
        key=one.key,
        label=str(one.label),
        kind=one.kind,
        choices={str(value): str(label) for value, label in fixed},
    )


def _labels(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.key: str(column.label) for column in columns}
