"""Checklists: shipped ones are loaded once per version, county ones are edited as drafts."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor, require
from anxiao.foundation.journal.services import move, record
from anxiao.foundation.kernel.errors import Conflict, Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.inspections.catalog import shipped_checklists
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.queries.checklists import checklists_in_force, kept_above
from anxiao.loop.inspections.rules import item_faults
from anxiao.loop.inspections.states import CHECKLIST_FLOW, ChecklistState

CONTENT = (
    *("title", "clause", "key_part", "category", "cadence"),
    *("minutes", "applies_to", "note", "items"),
)


@transaction.atomic
def load_shipped_checklists(*, at: datetime) -> int:
    """Publish shipped checklists that are new or changed; return how many. Safe to repeat.

    A changed one becomes a new version; the old version stays with its inspections.
    """
    newest = {
        row.code: row
        for row in Checklist.objects.filter(owner__isnull=True).order_by("code", "version")
    }
    loaded = 0
    for entry in shipped_checklists():
        before = newest.get(entry["code"])
        content = {name: entry[name] for name in CONTENT}
        if before is not None and _same(before, content):
            continue
        draft = Checklist.objects.create(
            code=entry["code"], version=before.version + 1 if before else 1, **content
        )
        move(draft, CHECKLIST_FLOW["publish"], actor=SYSTEM, at=at, published_at=at)
        if before is not None and before.state == ChecklistState.PUBLISHED:
            move(before, CHECKLIST_FLOW["retire"], actor=SYSTEM, at=at)
        loaded += 1
    return loaded


@transaction.atomic
def new_version(code: str, owner: Org, *, actor: Actor, at: datetime) -> Checklist:
    """A draft of ``owner``'s next version of a checklist, copied from the one in force there."""
    require(actor, "inspections.checklists", owner.path)
    rows = Checklist.objects.filter(code=code)
    Org.objects.filter(pk=owner.pk).update(code=F("code"))  # one draft at a time
    source = rows.filter(owner=owner).order_by("-version").first() or next(
        (row for row in checklists_in_force(owner) if row.code == code), None
    )
    if source is None:
        raise Invalid(_("没有这张检查表。"))
    if source.owner_id == owner.pk and source.state == ChecklistState.DRAFT:
        return source
    last = rows.filter(owner=owner).aggregate(last=Max("version"))["last"] or 0
    content = {name: getattr(source, name) for name in CONTENT}
    draft = Checklist.objects.create(owner=owner, code=code, version=last + 1, **content)
    record("create", draft, actor=actor, at=at, org_path=owner.path)
    return draft


@transaction.atomic
def new_checklist(
    code: str, owner: Org, content: dict[str, Any], *, actor: Actor, at: datetime
) -> Checklist:
    """An empty draft of ``owner``'s own checklist; ``Invalid`` if the code is taken here."""
    require(actor, "inspections.checklists", owner.path)
    _check_content(content)
    if Checklist.objects.filter(kept_above(owner.path), code=code).exists():
        said = _("这个代码已用于另一张检查表，请换一个。")
        raise Invalid(said, {"code": said})
    draft = Checklist.objects.create(owner=owner, code=code, **content)
    record("create", draft, actor=actor, at=at, org_path=owner.path)
    return draft


@transaction.atomic
def edit_draft(
    checklist: Checklist, content: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Replace parts of a draft; a published checklist is never changed."""
    owner = _owner(checklist)
    require(actor, "inspections.checklists", owner.path)
    rows = Checklist.objects.filter(pk=checklist.pk, state=ChecklistState.DRAFT)
    _check_content(content)
    if rows.update(**content) != 1:
        raise Conflict(_("检查表已启用，不能再改；请先新建下一版本。"))
    record("edit", checklist, actor=actor, at=at, org_path=owner.path)


@transaction.atomic
def publish_checklist(checklist: Checklist, *, actor: Actor, at: datetime) -> None:
    """Put a draft in force for its owner's units; the owner's former version is retired."""
    owner = _owner(checklist)
    require(actor, "inspections.checklists", owner.path)
    faults = item_faults(checklist.items)
    if faults:
        raise Invalid(faults[0], {"items": "".join(faults)})
    step = CHECKLIST_FLOW["publish"]
    move(checklist, step, actor=actor, at=at, org_path=owner.path, published_at=at)
    former = Checklist.objects.filter(
        owner=owner, code=checklist.code, state=ChecklistState.PUBLISHED
    ).exclude(pk=checklist.pk)
    for old in former:
        move(old, CHECKLIST_FLOW["retire"], actor=actor, at=at, org_path=owner.path)


@transaction.atomic
def delete_draft(checklist: Checklist, *, actor: Actor, at: datetime) -> None:
    """Throw a draft away; nothing was ever filled in on it."""
    owner = _owner(checklist)
    require(actor, "inspections.checklists", owner.path)
    if checklist.state != ChecklistState.DRAFT:
        raise Conflict(_("检查表已启用，不能删除；可以停用。"))
    record("delete", checklist, actor=actor, at=at, org_path=owner.path)
    Checklist.objects.filter(pk=checklist.pk, state=ChecklistState.DRAFT).delete()


def retire_checklist(checklist: Checklist, *, actor: Actor, at: datetime) -> None:
    """Take an owner's checklist out of force; the shipped one is in force again."""
    owner = _owner(checklist)
    require(actor, "inspections.checklists", owner.path)
    move(checklist, CHECKLIST_FLOW["retire"], actor=actor, at=at, org_path=owner.path)


def _check_content(content: dict[str, Any]) -> None:
    if not set(content) <= set(CONTENT):
        raise Invalid(_("检查表没有这样的内容。"))


def _owner(checklist: Checklist) -> Org:
    if checklist.owner is None:
        raise Conflict(_("随程序发布的检查表不能直接修改，请先新建本地版本。"))
    return checklist.owner


def _same(row: Checklist, content: dict[str, Any]) -> bool:
    stored = {name: getattr(row, name) for name in CONTENT}
    return json.dumps(stored, sort_keys=True) == json.dumps(content, sort_keys=True)
