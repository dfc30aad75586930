"""The board on Wednesday 25 November 2026: asked, proved and read."""

import re
from datetime import date, datetime, timedelta
from html import unescape

from django.urls import reverse

from anxiao.boards.cockpit import queries
from anxiao.boards.cockpit.rules import spans
from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.kernel.clock import TIMEZONE
from anxiao.loop.duties.services import record_evidence
from tests.builders import AT, actor_of, make_user

WEDNESDAY = date(2026, 11, 25)


LATER = AT + timedelta(days=2)


BOARD, PAPER = reverse("cockpit:board"), reverse("cockpit:print")


def asked(place, plan, org, day=WEDNESDAY, **words):
    span = spans(day, None)[words.pop("period", "recent")]
    actor = actor_of(make_user("看", (place.county, "county_leader")))
    return queries.Asked(actor, org, day, span, plan, **words)


def prove(unit, day, number=1, kind="inspection.patrol"):
    for each in range(number):
        assert record_evidence(
            unit=unit,
            kind=kind,
            happened_on=day,
            source=f"inspections.inspection:{unit.pk}{day:%d}{each}",
            at=datetime(day.year, day.month, day.day, 16, tzinfo=TIMEZONE),
            actor=SYSTEM,
        )


def rows_of(found):
    """Lines by name with their squares by clause."""
    return {
        line.name: {
            column.clause.code: (square.met, square.owed, square.late)
            for column, square in zip(found.columns, line.squares, strict=True)
            if square
        }
        for line in found.lines
    }


def texts(answer):
    return unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()))
