"""Filters that people keep under a name."""

from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.registers.declare import Register
from anxiao.foundation.registers.models import SavedFilter
from anxiao.foundation.registers.queries import Query

MAX_SAVED = 30


def save_filter(
    register: Register, query: Query, name: str, *, actor: Actor, at: datetime
) -> SavedFilter:
    """Keep ``query`` for its owner; the name must be new, at most ``MAX_SAVED`` per register."""
    if not query.narrowed and not query.sort:
        raise Invalid(_("还没有筛选条件，请先筛选再保存。"))
    mine = SavedFilter.objects.filter(user_id=actor.user_id, slug=register.slug)
    if mine.count() >= MAX_SAVED:
        raise Invalid(_("常用筛选已满 30 个，请先删除不用的。"))
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(
                uuid=uuid4(),
                user_id=actor.user_id,
                slug=register.slug,
                name=name,
                query=query.link()[1:1000],
                created_at=at,
            )
    except IntegrityError as fault:
        message = _("已有同名的常用筛选，请换一个名称。")
        raise Invalid(message, {"name": message}) from fault


def delete_filter(saved: SavedFilter, *, actor: Actor) -> None:
    """Remove one's own; others' stay untouched."""
    SavedFilter.objects.filter(pk=saved.pk, user_id=actor.user_id).delete()
