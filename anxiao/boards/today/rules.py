"""One thing to do today, and in which order they stand. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Task:
    """What to do, until when, about how many minutes, and where one tap does it."""

    title: str
    detail: str
    due_on: date | None
    minutes: int
    url: str
    action: str
    clause: str = ""
    tone: str = "plain"
    is_rest: bool = False
    """No task: says that more of a kind wait than are listed, and leads to them."""


@dataclass(frozen=True, slots=True)
class Day:
    """All tasks of a person today: what is late, what is due today, what comes soon."""

    late: tuple[Task, ...]
    now: tuple[Task, ...]
    soon: tuple[Task, ...]

    @property
    def count(self) -> int:
        """How many things stand for today: late ones and today's. ``is_more``: at least."""
        return counted(self.late) + counted(self.now)

    @property
    def is_more(self) -> bool:
        """Whether more stands for today than is listed and counted."""
        return any(task.is_rest for task in (*self.late, *self.now))

    @property
    def is_more_late(self) -> bool:
        """Whether more is late than is listed."""
        return any(task.is_rest for task in self.late)

    @property
    def minutes(self) -> int:
        """About how many minutes they take; at least, if ``is_more``."""
        return sum(task.minutes for task in (*self.late, *self.now))


def counted(tasks: Iterable[Task]) -> int:
    """How many things to do ``tasks`` are: a line that tells of more is none."""
    return sum(not task.is_rest for task in tasks)


def arrange(tasks: Iterable[Task], today: date) -> Day:
    """Sort tasks into late, now and soon; nearest deadline first, then the shortest.

    A task without a deadline stands under now: somebody waits for it. What tells of more stands
    last.
    """
    ordered = sorted(
        tasks,
        key=lambda task: (task.is_rest, task.due_on or today, task.minutes, task.title),
    )
    late = [task for task in ordered if task.due_on is not None and task.due_on < today]
    now = [task for task in ordered if task.due_on is None or task.due_on == today]
    soon = [task for task in ordered if task.due_on is not None and task.due_on > today]
    return Day(tuple(late), tuple(now), tuple(soon))
