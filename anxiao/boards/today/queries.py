"""What a person has to do today, from every room; a fixed number of queries."""

from collections.abc import Iterator
from datetime import date

from anxiao.boards.today.rules import Day, Task, arrange
from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.orgs.models import Org
from anxiao.loop.duties.queries import today_items
from anxiao.loop.hazards.queries import waiting_for
from anxiao.loop.inspections.queries import rounds_due


def day_of(actor: Actor, posts: tuple[Post, ...], post: Post | None, day: date) -> Day:
    """Everything for the unit of ``post``: all posts the person holds there count together."""
    if post is None:
        return arrange((), day)
    roles = {each.role for each in posts if each.org_id == post.org_id}
    tasks = [
        *_duties(actor, post, roles, day),
        *_hazards(actor, post, day),
        *_rounds(roles, post, day),
    ]
    return arrange(tasks, day)


def _duties(actor: Actor, post: Post, roles: set[str], day: date) -> Iterator[Task]:
    for duty in today_items(actor, post.org_id, roles, day):
        if duty.done >= duty.needed:
            continue
        left = duty.needed - duty.done
        yield Task(
            title=duty.title,
            detail=f"{duty.done}/{duty.needed}",
            due_on=duty.due_on,
            minutes=duty.minutes * left,
            url=duty.url,
            action="办理",
            clause=duty.clause_code,
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
        )


def _rounds(roles: set[str], post: Post, day: date) -> Iterator[Task]:
    org = Org(pk=post.org_id, path=post.org_path, county_id=post.county_id, kind=post.org_kind)
    for due in rounds_due(roles, org, day):
        if due.done < due.needed:
            yield Task(
                title=due.round.name,
                detail=f"{due.done}/{due.needed}",
                due_on=day,
                minutes=due.minutes,
                url=due.url,
                action="开始",
            )
