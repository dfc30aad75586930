"""Registers as programs ask for them: a parameter that cannot be read is refused, not dropped."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.declare import Asked, Register
from anxiao.foundation.registers.queries.asking import (
    AFTER,
    BEFORE,
    SEARCH,
    SORT,
    read_query,
)
from anxiao.foundation.registers.queries.pages import Page, page_of
from anxiao.foundation.registers.rules.cursors import read_place


def parameters(register: Register) -> tuple[str, ...]:
    """Names of all query parameters a register understands."""
    own = []
    for one in register.filters:
        ends = ("from", "until") if one.kind == "date_range" else ()
        own.extend([f"{one.key}_{end}" for end in ends] or [one.key])
    return (SEARCH, SORT, AFTER, BEFORE, *own)


def strict_page_of(register: Register, asked: Asked, params: Mapping[str, str]) -> Page:
    """``page_of``; raises ``Invalid`` naming every parameter that is unknown or unreadable."""
    check_parameters(register, asked, params)
    return page_of(register, asked, params)


def check_parameters(register: Register, asked: Asked, params: Mapping[str, str]) -> None:
    """Raise ``Invalid`` for parameters that a page would silently drop."""
    faults = {
        name[:60]: _("没有这个参数，请核对接口说明。")
        for name in params
        if name not in parameters(register)
    }
    query = read_query(register, asked, params)
    unread = {str(label) for label in query.dropped}
    for one in register.filters:
        if str(one.label) in unread:
            faults[one.key] = _("不能识别这个取值，请核对。")
    if params.get(SORT) and not query.sort:
        faults[SORT] = _("不能按这一列排序，请核对。")
    for cursor in (AFTER, BEFORE):
        if params.get(cursor) and read_place(params[cursor]) is None:
            faults[cursor] = _("游标无效，请从第一页重新读取。")
    if faults:
        raise Invalid(_("参数不符合要求，请按提示修改。"), faults)
