"""What a person has to do today, for programs."""

from datetime import date
from typing import Literal

from ninja import Router, Schema

from anxiao.boards.today.queries import day_of
from anxiao.boards.today.rules import Task
from anxiao.foundation.access.actor import Post
from anxiao.foundation.access.api import PROBLEMS, ApiRequest, needs
from anxiao.foundation.kernel.clock import business_day

router = Router(tags=["today"])
When = Literal["late", "now", "soon"]


class TaskOut(Schema):
    """One thing to do at a unit: what, until when, about how many minutes, where it is done."""

    unit: int
    unit_name: str
    when: When
    title: str
    detail: str
    due_on: date | None
    minutes: int
    url: str
    action: str
    clause: str


class TodayOut(Schema):
    """All posts of the person; ``count`` and ``minutes`` are of what is late or due today.

    ``is_more``: more waits than is listed, fifty of each kind of step; then both are the least.
    """

    on: date
    count: int
    minutes: int
    is_more: bool
    tasks: list[TaskOut]


@router.get(
    "/me/today",
    response={200: TodayOut, **PROBLEMS},
    operation_id="my_today",
    summary="我的今天",
)
@needs("today.view")
def my_today(request: ApiRequest) -> TodayOut:
    """What the token's person has to do now, late things first, from every post held."""
    on = business_day(request.at)
    tasks: list[TaskOut] = []
    is_more = False
    for post in {post.org_id: post for post in reversed(request.posts)}.values():
        first = post == request.posts[0]
        shown = day_of(request.actor, request.posts, post, on, personal=first)
        parts: tuple[tuple[When, tuple[Task, ...]], ...] = (
            ("late", shown.late),
            ("now", shown.now),
            ("soon", shown.soon),
        )
        listed = [(task, when) for when, found in parts for task in found]
        tasks += [_shown(task, post, when) for task, when in listed if not task.is_rest]
        is_more = is_more or shown.is_more
    tasks.sort(key=lambda task: ("late", "now", "soon").index(task.when))
    pressing = [task for task in tasks if task.when != "soon"]
    minutes = sum(task.minutes for task in pressing)
    return TodayOut(on=on, count=len(pressing), minutes=minutes, is_more=is_more, tasks=tasks)


def _shown(task: Task, post: Post, when: When) -> TaskOut:
    return TaskOut(
        unit=post.org_id,
        unit_name=post.org_name,
        when=when,
        title=task.title,
        detail=task.detail,
        due_on=task.due_on,
        minutes=task.minutes,
        url=task.url,
        action=task.action,
        clause=task.clause,
    )
