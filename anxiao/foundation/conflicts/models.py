"""Bodies refused because their UUID had brought another one: the conflict box (待核对)."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.conflicts.states import RefusedState, subjects_of
from anxiao.foundation.orgs.models import Org

WAITING = Q(state=RefusedState.KEPT)


class RefusedQuerySet(models.QuerySet["Refused"]):
    def visible_to(self, actor: Actor) -> Self:
        """What the actor sent, of the kinds that it may send now; nobody else sees it.

        So a token for one kind of record neither reads nor settles another.
        """
        subjects = subjects_of(actor) if actor.user_id else []
        return self.filter(sender=actor.user_id, subject__in=subjects) if subjects else self.none()

    def waiting(self) -> Self:
        """Not settled yet, oldest first."""
        return self.filter(WAITING).order_by("id")


class Refused(models.Model):
    """A body of its sender's own under a UUID that had come with another body. Settled once.

    ``body`` is JSON of what was understood, whole; it is emptied when the sender has settled it,
    and ``digest`` still tells the same body sent again. ``org`` is the unit it names, if the sender
    works there.
    """

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    uuid = models.UUIDField()
    subject = models.CharField(_("类别"), max_length=40)
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    body = models.TextField(_("内容"), blank=True)
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("收到"))
    state = models.CharField(
        _("状态"), max_length=10, choices=RefusedState, default=RefusedState.KEPT
    )
    settled_at = models.DateTimeField(_("处理时间"), null=True)

    objects: ClassVar[RefusedQuerySet] = RefusedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("待核对的记录")
        constraints = [
            models.UniqueConstraint(fields=["sender", "uuid", "digest"], name="refused_once"),
            models.CheckConstraint(
                condition=(
                    WAITING & Q(settled_at__isnull=True) & ~Q(body="")
                    | Q(state__in=(RefusedState.DROPPED, RefusedState.SAVED))
                    & Q(settled_at__isnull=False, body="")
                ),
                name="refused_settled_empty",
            ),
        ]
        indexes = [models.Index(fields=["sender", "id"], name="refused_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.subject}:{self.uuid}"
