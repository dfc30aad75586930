"""The table of criteria: shipped ones loaded, a bureau's own imported, both with their source."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.loop.hazards.catalog import (
    BadCatalog,
    CriterionEntry,
    parse_criteria,
    shipped_criteria,
)
from anxiao.loop.hazards.models import Criterion


@transaction.atomic
def load_criteria(*, at: datetime) -> int:
    """Enter the shipped criteria that are new or changed; return how many. Safe to repeat.

    A line that a bureau has changed since is the bureau's and stays as it is.
    """
    known = {row.code: row for row in Criterion.objects.all()}
    own = {code for code, row in known.items() if not row.is_shipped}
    entries = [entry for entry in shipped_criteria() if entry.code not in own]
    written = _write(entries, known, is_shipped=True)
    if written:
        record("load", "hazards.criterion", actor=SYSTEM, at=at, detail={"written": written})
    return written


@transaction.atomic
def import_criteria(text: str, *, actor: Actor, at: datetime) -> int:
    """Enter criteria from a TOML file of the shipped shape; return how many are new or changed.

    Raises ``Invalid`` naming each bad line; nothing is entered then.
    """
    _may_edit(actor)
    try:
        entries = parse_criteria(text)
    except BadCatalog as bad:
        raise Invalid(
            _("文件有 %(n)d 处需要修改：%(what)s") % {"n": len(bad.faults), "what": bad}
        ) from bad
    known = {row.code: row for row in Criterion.objects.all()}
    written = _write(entries, known, is_shipped=False)
    record("import", "hazards.criterion", actor=actor, at=at, detail={"written": written})
    return written


def save_criterion(entry: CriterionEntry, *, actor: Actor, at: datetime) -> str:
    """Enter or change one criterion; ``created``, ``changed`` or ``same``."""
    _may_edit(actor)
    known = {row.code: row for row in Criterion.objects.filter(code=entry.code)}
    if not _write([entry], known, is_shipped=False):
        return "same"
    detail = {"code": entry.code}
    record("save", "hazards.criterion", actor=actor, at=at, detail=detail)
    return "changed" if known else "created"


@transaction.atomic
def retire_criterion(criterion: Criterion, *, actor: Actor, at: datetime) -> None:
    """Take a criterion out of use (停用); hazards graded by it keep it."""
    _may_edit(actor)
    Criterion.objects.filter(pk=criterion.pk).update(retired_on=business_day(at))
    record("retire", criterion, actor=actor, at=at)


def _may_edit(actor: Actor) -> None:
    """Criteria belong to no unit: whoever keeps them anywhere keeps them."""
    if not actor.may_somewhere("hazards.criteria"):
        raise Forbidden("hazards.criteria")


def _write(
    entries: Iterable[CriterionEntry], known: dict[str, Criterion], *, is_shipped: bool
) -> int:
    written = 0
    for entry in entries:
        values: dict[str, Any] = asdict(entry)
        row = known.get(entry.code)
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            continue
        values |= {"is_shipped": is_shipped, "retired_on": None}
        Criterion.objects.update_or_create(code=entry.code, defaults=values)
        written += 1
    return written
