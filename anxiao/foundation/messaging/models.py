"""The inbox, what each person wants to be told when, group robots, and the outbox."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.messaging.states import ROBOT_CHANNELS, Channel, MessageKind, OutboxState
from anxiao.foundation.orgs.models import Org


class Message(models.Model):
    """One line in a person's inbox. ``matter`` is what a task is about: whoever does it, settles
    the lines of all who were asked.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", db_index=False
    )
    kind = models.CharField(max_length=10, choices=MessageKind)
    text = models.CharField(_("内容"), max_length=300)
    url = models.CharField(max_length=200, blank=True)
    matter = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True)
    settled_at = models.DateTimeField(_("办结时间"), null=True)
    digested_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("消息")
        indexes = [
            models.Index(fields=["user", "-id"], name="message_user_newest"),
            models.Index(
                fields=["user", "url"],
                name="message_user_unread",
                condition=Q(read_at__isnull=True),
            ),
            models.Index(
                fields=["matter"],
                name="message_matter_unsettled",
                condition=Q(settled_at__isnull=True) & ~Q(matter=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Preference(models.Model):
    """When a person wants the one digest of the day, and the hours in which nothing is sent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preference"
    )
    digest_by_mail = models.BooleanField(_("每日汇总发到邮箱"), default=True)
    digest_at = models.TimeField(_("汇总时间"), default=time(7, 30))
    quiet_from = models.TimeField(_("免打扰开始"), default=time(20, 0))
    quiet_until = models.TimeField(_("免打扰结束"), default=time(7, 0))
    last_digest_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("通知设置")

    def __str__(self) -> str:
        return str(self.user_id)


class RobotQuerySet(ScopedQuerySet["Robot"]):
    view_capability = "messaging.manage"


class Robot(models.Model):
    """A group robot of a unit. Address and signing secret are kept sealed (see services)."""

    org = models.ForeignKey(Org, models.CASCADE, related_name="robots")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    name = models.CharField(_("群名称"), max_length=40)
    sealed_url = models.TextField()
    sealed_secret = models.TextField(blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = _("群机器人")
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ROBOT_CHANNELS), name="robot_channel_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """One message that leaves the house (outbox), sent by whoever holds its lease."""

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    robot = models.ForeignKey(Robot, models.CASCADE, null=True)
    address = models.CharField(_("收件地址"), max_length=200, blank=True)
    subject = models.CharField(_("标题"), max_length=120, blank=True)
    text = models.TextField(_("内容"))
    outcome = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("待发消息")
        indexes = [
            models.Index(
                fields=["next_at"],
                name="outgoing_due",
                condition=Q(outcome=OutboxState.QUEUED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.pk}"


class OutgoingAnswer(models.Model):
    """Every answer that an outgoing message got, kept as it came."""

    outgoing = models.ForeignKey(Outgoing, models.CASCADE, related_name="answers")
    at = models.DateTimeField()
    ok = models.BooleanField()
    status = models.PositiveSmallIntegerField()
    body = models.TextField()

    class Meta:
        verbose_name = _("发送回执")

    def __str__(self) -> str:
        return f"{self.outgoing_id}:{self.ok}"
