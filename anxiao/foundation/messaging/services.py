"""Telling people: the inbox at once, one digest a day, group robots; all that leaves by an outbox.

Nothing is sent inside a business transaction: rows are written there, and a worker delivers them.
"""

import base64
import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from anxiao.foundation.access import rows as quick
from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.journal.services import record
from anxiao.foundation.kernel.clock import TIMEZONE
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.kernel.later import Later
from anxiao.foundation.messaging import adapters
from anxiao.foundation.messaging.models import (
    Message,
    Outgoing,
    OutgoingAnswer,
    Preference,
    Robot,
)
from anxiao.foundation.messaging.rules import (
    MAX_ATTEMPTS,
    digest_is_due,
    is_quiet,
    wait_after,
    without_personal_numbers,
)
from anxiao.foundation.messaging.states import Channel, MessageKind, OutboxState
from anxiao.foundation.orgs.models import Org

if TYPE_CHECKING:
    from cryptography import fernet
else:
    fernet = Later("cryptography.fernet")

LEASE = timedelta(minutes=2)
"""Longer than any one attempt: a robot has 15 s, a mail server 10 s for each of its answers."""
BUDGET = timedelta(seconds=60)
SKEW = timedelta(minutes=5)
"""A lease that ends further ahead was taken before the clock was set back."""
AT_ONCE = 2000
"""Letters looked at in one run; ``BUDGET`` ends it where they are slow."""
DIGEST_LINES = 30

NOTES_AT_ONCE = 100

_CLAIM = """
UPDATE messaging_outgoing SET leased_until = %s, attempts = attempts + 1
WHERE id = %s AND outcome = 'queued' AND next_at <= %s
AND (leased_until IS NULL OR leased_until <= %s OR leased_until > %s)
RETURNING id, channel, robot_id, address, subject, text, attempts
"""
_CLAIMED = ("id", "channel", "robot_id", "address", "subject", "text", "attempts")
_SENT = """
UPDATE messaging_outgoing SET outcome = 'sent', leased_until = NULL
WHERE id = %s AND outcome = 'queued'
"""
# The letters that wait for a robot are not tried while it asks for patience: no attempt is counted.
_PUT_OFF = """
UPDATE messaging_outgoing SET next_at = %s
WHERE robot_id = %s AND outcome = 'queued' AND next_at < %s
"""
_NOT_SENT = """
UPDATE messaging_outgoing SET outcome = %s, next_at = %s, leased_until = NULL
WHERE id = %s AND outcome = 'queued' AND attempts = %s
"""
# With an OFFSET PostgreSQL looks each line up by its link: else it may read all unread lines there
# are, of everybody, to hold these against them.
_NOTIFY = """
INSERT INTO messaging_message (user_id, kind, text, url, matter, created_at)
SELECT n.user_id, n.kind, n.text, n.url, n.matter, n.at
FROM (SELECT {notes}) n
WHERE EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = n.user_id) AND NOT EXISTS (
  SELECT 1 FROM messaging_message m
  WHERE m.user_id = n.user_id AND m.read_at IS NULL AND m.text = n.text AND m.url = n.url
  LIMIT 1 OFFSET 0)
"""
_NOTE_NAMED = "%s AS user_id, %s AS kind, %s AS text, %s AS url, %s AS matter, %s AS at"
_NOTE = "%s, %s, %s, %s, %s, %s"


@dataclass(frozen=True, slots=True)
class Note:
    """One line for one person's inbox; with a ``matter`` it asks for something until settled."""

    user_id: int
    text: str
    url: str = ""
    kind: str = MessageKind.NOTICE
    matter: str = ""


def notify(
    user_ids: Iterable[int],
    *,
    kind: str = MessageKind.NOTICE,
    text: str,
    url: str = "",
    matter: str = "",
    at: datetime,
) -> None:
    """Put one line into the inboxes of ``user_ids``; see ``notify_all``."""
    wanted = sorted({user_id for user_id in user_ids if user_id})
    notify_all([Note(user_id, text, url, kind, matter) for user_id in wanted], at=at)


def notify_all(notes: Iterable[Note], *, at: datetime) -> None:
    """Put lines into inboxes; an unread line of the same text and link is not repeated.

    Mail and robots follow by digest, never one by one.
    """
    lines = list(
        dict.fromkeys(
            (note.user_id, str(note.kind), note.text[:300], note.url, note.matter) for note in notes
        )
    )
    stamp = quick.instant(at)
    for start in range(0, len(lines), NOTES_AT_ONCE):
        some = lines[start : start + NOTES_AT_ONCE]
        rows = " UNION ALL SELECT ".join([_NOTE_NAMED, *[_NOTE] * (len(some) - 1)])
        values = [value for line in some for value in (*line, stamp)]
        quick.write(_NOTIFY.format(notes=rows), values)


@transaction.atomic
def settle(matters: Iterable[str], *, at: datetime) -> int:
    """What was asked in these matters is done: nobody has to do it, or to read of it, any more."""
    asked = Message.objects.filter(matter__in=list(matters), settled_at__isnull=True)
    ids = _held(asked.exclude(matter=""))
    if not ids:
        return 0
    rows = Message.objects.filter(pk__in=ids)
    return rows.update(settled_at=at, read_at=Coalesce("read_at", Value(at)))


@transaction.atomic
def mark_read(actor: Actor, message_ids: Iterable[int] | None, *, at: datetime) -> int:
    """Mark the actor's own messages read (all of them for ``None``); return how many."""
    rows = Message.objects.filter(user_id=actor.user_id, read_at__isnull=True)
    if message_ids is not None:
        rows = rows.filter(pk__in=list(message_ids))
    return Message.objects.filter(pk__in=_held(rows)).update(read_at=at)


def _held(rows: QuerySet[Message]) -> list[int]:
    """Lock rows in one order: who reads his lines and who settles those of a matter may meet."""
    return list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def add_robot(
    org: Org, *, channel: str, name: str, url: str, secret: str, actor: Actor, at: datetime
) -> Robot:
    """Register a group robot; its address must be the channel's own service (no other host)."""
    require(actor, "messaging.manage", org.path)
    if not adapters.allowed(channel, url, tuple(settings.ROBOT_HOSTS)):
        raise Invalid(
            _("机器人地址不正确。"),
            {"url": _("请粘贴群机器人设置页给出的完整地址，须以 https 开头。")},
        )
    robot = Robot.objects.create(
        org=org, channel=channel, name=name, sealed_url=_seal(url), sealed_secret=_seal(secret)
    )
    record("add_robot", robot, actor=actor, at=at, org_path=org.path, detail={"channel": channel})
    return robot


@transaction.atomic
def switch_robot(robot: Robot, *, active: bool, actor: Actor, at: datetime) -> None:
    """Turn a robot on or off."""
    require(actor, "messaging.manage", robot.org.path)
    Robot.objects.filter(pk=robot.pk).update(is_active=active)
    action = "enable_robot" if active else "disable_robot"
    record(action, robot, actor=actor, at=at, org_path=robot.org.path)


def enqueue_test(robot: Robot, *, actor: Actor, at: datetime) -> None:
    """Queue a line that shows the group whether the robot works."""
    require(actor, "messaging.manage", robot.org.path)
    text = _("安校：群机器人测试，收到即为正常。")
    with transaction.atomic():
        Outgoing.objects.create(
            channel=robot.channel, robot=robot, text=text, next_at=at, created_at=at
        )
        record("test_robot", robot, actor=actor, at=at, org_path=robot.org.path)


PREFERENCES = ("digest_by_mail", "digest_at", "quiet_from", "quiet_until")


def preference_of(actor: Actor) -> dict[str, Any]:
    """The actor's notification settings by field name, with defaults at first."""
    kept = Preference.objects.filter(user_id=actor.user_id).first()
    preference = kept or Preference(user_id=actor.user_id)
    return {name: getattr(preference, name) for name in PREFERENCES}


def set_preference(actor: Actor, chosen: Mapping[str, Any]) -> None:
    """Keep the actor's own notification settings."""
    values = {name: chosen[name] for name in PREFERENCES}
    Preference.objects.update_or_create(user_id=actor.user_id, defaults=values)


def enqueue_to_groups(org_path: str, text: str, *, at: datetime) -> int:
    """Queue ``text`` for every active robot of the unit at ``org_path`` and the levels above it."""
    chain = [org_path[: end + 1] for end, mark in enumerate(org_path) if mark == "."]
    robots = Robot.objects.filter(is_active=True, org__path__in=chain)
    text = without_personal_numbers(text)
    rows = [
        Outgoing(channel=robot.channel, robot=robot, text=text, next_at=at, created_at=at)
        for robot in robots
    ]
    return len(Outgoing.objects.bulk_create(rows))


def send_digests(at: datetime) -> int:
    """Queue the one mail of the day for everybody with unread messages; return how many.

    Nothing is queued in a person's quiet hours; what was in a digest is not sent again.
    """
    local = at.astimezone(TIMEZONE)
    rows = (
        Message.objects.filter(read_at__isnull=True, digested_on__isnull=True)
        .exclude(user__email="")
        .filter(user__is_active=True)
        .select_related("user")
        .order_by("user_id", "id")
    )
    sent = 0
    for _user_id, lines in groupby(rows.iterator(chunk_size=2000), key=lambda row: row.user_id):
        messages = list(lines)
        sent += _digest(messages, local)
    return sent


def _digest(messages: list[Message], local: datetime) -> int:
    user = messages[0].user
    preference, _created = Preference.objects.get_or_create(user=user)
    if (
        not preference.digest_by_mail
        or is_quiet(local.time(), preference.quiet_from, preference.quiet_until)
        or not digest_is_due(local, preference.digest_at, preference.last_digest_on)
    ):
        return 0
    shown = [f"· {message.text}" for message in messages[:DIGEST_LINES]]
    if len(messages) > DIGEST_LINES:
        shown.append(_("其余 %(n)d 条请登录查看。") % {"n": len(messages) - DIGEST_LINES})
    with transaction.atomic():
        claimed = Preference.objects.filter(
            Q(last_digest_on__isnull=True) | Q(last_digest_on__lt=local.date()), pk=user.pk
        ).update(last_digest_on=local.date())
        if not claimed:
            return 0
        Outgoing.objects.create(
            channel=Channel.MAIL,
            address=user.email,
            subject=_("安校：您有 %(n)d 条未读消息") % {"n": len(messages)},
            text=without_personal_numbers("\n".join(shown)),
            next_at=local,
            created_at=local,
        )
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(
            digested_on=local.date()
        )
    return 1


def deliver(at: datetime, *, lease: timedelta = LEASE) -> int:
    """Send what is due, one lease at a time; return how many were taken by the other side.

    It ends after ``BUDGET`` even if more is due, so that a slow robot holds no other job up.
    """
    due = Outgoing.objects.filter(outcome=OutboxState.QUEUED, next_at__lte=at).order_by("next_at")
    started = time.monotonic()
    taken = 0
    for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
        passed = timedelta(seconds=time.monotonic() - started)
        if passed > BUDGET:
            break
        taken += _deliver_one(pk, at, until=at + passed + lease)
    return taken


def _deliver_one(pk: int, at: datetime, *, until: datetime) -> bool:
    """One attempt. Its number tells it from a later one, should its lease run out meanwhile."""
    leased, late = quick.instant(until), quick.instant(until + SKEW)
    now = quick.instant(at)
    claimed = quick.one(_CLAIM, [leased, pk, now, now, late])
    if claimed is None:
        return False
    outgoing = Outgoing(**dict(zip(_CLAIMED, claimed, strict=True)))
    answer = _send(outgoing, at)
    kept = {"ok": answer.ok, "status": answer.status, "body": answer.body}
    with transaction.atomic():
        quick.insert(OutgoingAnswer, [{"outgoing_id": pk, "at": timezone.now(), **kept}])
        if answer.ok:
            quick.write(_SENT, [pk])
        else:
            given_up = outgoing.attempts >= MAX_ATTEMPTS
            outcome = OutboxState.GIVEN_UP if given_up else OutboxState.QUEUED
            again = quick.instant(at + wait_after(outgoing.attempts, answer.retry_after))
            quick.write(_NOT_SENT, [outcome, again, pk, outgoing.attempts])
            if answer.retry_after and outgoing.robot_id:
                patience = quick.instant(at + wait_after(0, answer.retry_after))
                quick.write(_PUT_OFF, [patience, outgoing.robot_id, patience])
    return answer.ok


def _send(outgoing: Outgoing, at: datetime) -> adapters.Answer:
    if outgoing.robot is not None:
        robot = adapters.Robot(
            outgoing.channel,
            _unseal(outgoing.robot.sealed_url),
            _unseal(outgoing.robot.sealed_secret),
        )
        if not adapters.allowed(robot.channel, robot.url, tuple(settings.ROBOT_HOSTS)):
            return adapters.Answer(False, 0, "host not allowed")
        return adapters.send_to_robot(robot, outgoing.text, timestamp=int(at.timestamp()))
    if settings.MAIL_SERVER is None:
        return adapters.Answer(False, 0, "no mail server is set")
    told: dict[str, Any] = settings.MAIL_SERVER
    server = adapters.MailServer(**told)
    return adapters.send_mail(server, outgoing.address, outgoing.subject, outgoing.text)


def _seal(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode() if text else ""


def _unseal(sealed: str) -> str:
    return _cipher().decrypt(sealed.encode()).decode() if sealed else ""


def _cipher() -> "fernet.Fernet":
    key = hashlib.sha256(f"messaging:{settings.FIELD_KEY}".encode()).digest()
    return fernet.Fernet(base64.urlsafe_b64encode(key))
