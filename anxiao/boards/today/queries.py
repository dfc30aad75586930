"""What a person has to do today, from every room; a fixed number of queries."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from anxiao.boards.today.rules import Day, Task, arrange
from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.conflicts.queries import waiting_ids
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgKind
from anxiao.loop.duties.queries import duties_below, exemptions_waiting, today_items
from anxiao.loop.hazards.queries import waiting_for
from anxiao.loop.inspections.queries import rounds_due

UNIT_KINDS = (OrgKind.SCHOOL, OrgKind.KINDERGARTEN)
ANSWER_MINUTES = 3
COMPARE_MINUTES = 2


def day_of(
    actor: Actor, posts: tuple[Post, ...], post: Post | None, day: date, *, personal: bool = True
) -> Day:
    """Everything for the unit of ``post``: all posts the person holds there count together.

    ``personal``: with what waits for the person, whichever the post.
    """
    if post is None:
        return arrange((), day)
    roles = frozenset(each.role for each in posts if each.org_id == post.org_id)
    tasks = [
        *_duties(actor, post, roles, day),
        *_duties_below(actor, post, roles, day),
        *_exemptions(actor, post),
        *_hazards(actor, post, day),
        *_rounds(roles, post, day),
        *(_refused(actor) if personal else ()),
    ]
    return arrange(tasks, day)


def _duties(actor: Actor, post: Post, roles: frozenset[str], day: date) -> Iterator[Task]:
    for duty in today_items(actor, post.org_id, roles, day):
        if duty.done >= duty.needed:
            continue
        left = duty.needed - duty.done
        yield Task(
            title=duty.title,
            detail=_("已做 %(done)d 次，应做 %(needed)d 次")
            % {"done": duty.done, "needed": duty.needed},
            due_on=duty.due_on,
            minutes=duty.minutes * left,
            url=duty.url,
            action=_("办理"),
            clause=duty.clause_code,
        )


def _duties_below(actor: Actor, post: Post, roles: frozenset[str], day: date) -> Iterator[Task]:
    """Duties at each unit below: one line for all of them, which leads to the units."""
    if post.org_kind in UNIT_KINDS:
        return
    for duty in duties_below(actor, post, roles, day):
        asked = urlencode({"q": duty.duty_code, "current": 1, "status": "due"})
        yield Task(
            title=duty.title,
            detail=_("还有 %(left)d 所，共 %(units)d 所，每所约 %(minutes)d 分钟")
            % {"left": duty.left, "units": duty.units, "minutes": duty.minutes},
            due_on=duty.due_on,
            minutes=duty.minutes,
            url=f"{reverse('registers:duties')}?{asked}",
            action=_("看名单"),
            clause=duty.clause_code,
        )


def _exemptions(actor: Actor, post: Post) -> Iterator[Task]:
    for asked in exemptions_waiting(actor, post):
        yield Task(
            title=_("答复免除申请：%(duty)s") % {"duty": asked.duty.title},
            detail=asked.unit.name,
            due_on=None,
            minutes=ANSWER_MINUTES,
            url=reverse("duties:exemption", args=[asked.pk]),
            action=_("答复"),
            clause=asked.duty.clause.code,
        )


def _hazards(actor: Actor, post: Post, day: date) -> Iterator[Task]:
    for waiting in waiting_for(actor, post, day):
        yield Task(
            title=waiting.title,
            detail=waiting.detail,
            due_on=waiting.due_on,
            minutes=waiting.minutes,
            url=waiting.url,
            action=waiting.action,
            clause=waiting.clause,
            is_rest=waiting.is_rest,
        )


def _refused(actor: Actor) -> Iterator[Task]:
    """Bodies of the person's own that were refused: one line, which leads to the only one."""
    waiting = waiting_ids(actor)
    if waiting:
        one = len(waiting) == 1
        yield Task(
            title=_("待核对的记录"),
            detail=_("%(n)d 份与已收到的记录编号相同、内容不同") % {"n": len(waiting)},
            due_on=None,
            minutes=COMPARE_MINUTES * len(waiting),
            url=reverse("conflicts:detail", args=waiting) if one else reverse("conflicts:list"),
            action=_("核对"),
        )


def _rounds(roles: frozenset[str], post: Post, day: date) -> Iterator[Task]:
    org = Org(pk=post.org_id, path=post.org_path, county_id=post.county_id, kind=post.org_kind)
    for due in rounds_due(roles, org, day):
        if due.done < due.needed:
            yield Task(
                title=due.round.name,
                detail=_("已走 %(done)d 遍，应走 %(needed)d 遍")
                % {"done": due.done, "needed": due.needed},
                due_on=day,
                minutes=due.minutes,
                url=due.url,
                action=_("开始"),
            )
