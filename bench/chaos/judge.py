"""Ask the database after a run: ``python -m bench.inside bench.chaos.judge HISTORY``."""

import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F

from anxiao.foundation.journal.models import Entry
from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Inspection
from bench.chaos.checker import Line, Stored, judge
from bench.chaos.history import load

STEPS = ("assign", "submit", "reject", "close")


def main(words: list[str]) -> int:
    """Print the verdict as JSON; 1 when there is a fault."""
    verdict = judge(load(Path(words[0])), stored())
    verdict.faults += whole()
    json.dump({"counts": verdict.counts, "faults": verdict.faults}, sys.stdout, ensure_ascii=False)
    return 1 if verdict.faults else 0


def stored() -> Stored:
    """What the database holds."""
    hazards = Hazard.objects.values_list("uuid", flat=True).iterator()
    inspections = Inspection.objects.values_list("uuid", flat=True).iterator()
    lines: dict[int, list[Line]] = defaultdict(list)
    rows = Entry.objects.filter(subject="hazards.hazard", action__in=STEPS).order_by("id")
    for row in rows.values_list("subject_id", "id", "actor_id", "action", "old_state", "new_state"):
        lines[row[0]].append(Line(*row[1:]))
    return Stored(
        created={
            "inspection": Counter(map(str, inspections)),
            "hazard": Counter(map(str, hazards)),
        },
        torn=tuple(torn()),
        lines={hazard: tuple(found) for hazard, found in lines.items()},
        states=dict(Hazard.objects.values_list("pk", "state")),
    )


def torn() -> list[str]:
    """Records of which a part is missing."""
    faults = []
    proofs = set(Evidence.objects.values_list("source", flat=True))
    told = Counter(
        Entry.objects.filter(subject="inspections.inspection", action="submit").values_list(
            "subject_id", flat=True
        )
    )
    for pk in Inspection.objects.values_list("pk", flat=True):
        if f"inspections.inspection:{pk}" not in proofs:
            faults.append(f"inspection {pk}: no evidence")
        if told[pk] != 1:
            faults.append(f"inspection {pk}: {told[pk]} journal lines")
    counted = Inspection.objects.annotate(found=Count("findings")).exclude(failed=F("found"))
    faults += [f"inspection {pk}: findings missing" for pk in counted.values_list("pk", flat=True)]
    opened = Counter(
        Entry.objects.filter(subject="hazards.hazard", action="open").values_list(
            "subject_id", flat=True
        )
    )
    for pk in Hazard.objects.values_list("pk", flat=True):
        if opened[pk] != 1:
            faults.append(f"hazard {pk}: {opened[pk]} journal lines say it was opened")
    return faults


def whole() -> list[str]:
    """What the product's own proofs say, and the database's."""
    faults = []
    for command in ("recount", "verify_journal"):
        try:
            call_command(command, stdout=io.StringIO(), verbosity=0)
        except CommandError as error:
            faults.append(f"{command}: {error}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            said = cursor.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            faults.append(f"integrity_check: {said}")
    return faults
