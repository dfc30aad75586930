"""How long each kind of write holds SQLite's turn: ``python -m bench.inside bench.held WORLD``.

``WORLD`` is the file in which ``bench.turns`` keeps the county. Prints, per kind, the milliseconds
from each turn taken to its end, and how many of them this process computed: on a machine that
others share the first contain their work too.
"""

import json
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone
from xlsxwriter import Workbook

from anxiao.foundation.access import turns
from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import actor_for
from anxiao.foundation.journal.services import seal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.orgs.models import Org, Profile
from anxiao.foundation.orgs.services import set_day
from anxiao.foundation.orgs.services.importing import UNITS_IMPORT
from anxiao.foundation.registers.declare import ImportContext, ImportSpec
from anxiao.foundation.registers.services import importing
from anxiao.loop.duties.models import Duty, Tally
from anxiao.loop.duties.services import (
    import_plan,
    open_due,
    publish_plan,
    rebind_changed,
    recount,
)
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.hazards.registers.ledger_import import HAZARDS_IMPORT
from anxiao.project.schedule import SCHEDULE
from anxiao.project.sqlite.base import CursorWrapper, DatabaseWrapper
from bench import ledgers
from bench.intake import inspection
from bench.world import PLAN

ONES, OUTBOXES, STEPS = 60, 20, 20
LEDGER_LINES, NEW_UNITS = 5_000, 200
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
DAY = timedelta(days=1)


def now() -> tuple[float, float]:
    """Seconds on the wall, and seconds that this thread has computed."""
    return time.perf_counter(), time.thread_time()


@dataclass(slots=True)
class Clock:
    """Notes how long each turn was held, under the kind that is under way."""

    kind: str = ""
    taken: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    _since: threading.local = field(default_factory=threading.local)

    def begin(self) -> None:
        """The turn has come."""
        self._since.at = now()

    def end(self) -> None:
        """It is over."""
        if getattr(self._since, "at", None) is not None:
            self.note(self._since.at)
            self._since.at = None

    def note(self, since: tuple[float, float]) -> None:
        """One turn that began ``since``."""
        if self.kind:
            wall, computing = now()
            self.taken[self.kind].append(((wall - since[0]) * 1000, (computing - since[1]) * 1000))

    @contextmanager
    def of(self, kind: str) -> Iterator[None]:
        """What happens meanwhile is ``kind``."""
        self.kind = kind
        try:
            yield
        finally:
            self.kind = ""


def watched() -> Clock:
    """A clock that hears of every transaction of this process, and of writes outside any."""
    clock = Clock()
    ours: Any = DatabaseWrapper
    start, end, run = (
        ours._start_transaction_under_autocommit,
        ours._end_turn,
        CursorWrapper.execute,
    )

    def started(self: Any) -> None:
        start(self)
        clock.begin()

    def ended(self: Any) -> None:
        clock.end()
        end(self)

    def execute(self: Any, query: str, params: Any = None) -> Any:
        alone = not self.connection.in_transaction and query.lstrip()[:7].upper().startswith(WRITES)
        began = now()
        try:
            return run(self, query, params)
        finally:
            if alone:
                clock.note(began)

    ours._start_transaction_under_autocommit, ours._end_turn = started, ended
    CursorWrapper.execute = execute  # type: ignore[method-assign]
    return clock


@dataclass(slots=True)
class House:
    """The county that is measured, and the moment it believes in."""

    world: dict[str, Any]
    clock: Clock
    at: datetime

    @property
    def county(self) -> Org:
        """The county."""
        return Org.objects.get(pk=self.world["county"])

    def post(self, sender: dict[str, Any], path: str, body: dict[str, Any]) -> Any:
        """What a phone sends."""
        answer = Client().post(
            path,
            json.dumps(body),
            "application/json",
            headers={"Authorization": f"Bearer {sender['token']}", "Host": "127.0.0.1"},
        )
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:400]!r}")
        return answer.json()


def phones(house: House) -> None:
    """One inspection, an outbox of twenty, steps of a hazard."""
    senders = house.world["senders"]
    with house.clock.of("an inspection with a hazard"):
        for n in range(ONES):
            sender = senders[n % len(senders)]
            house.post(sender, "/api/v1/inspections", inspection(house.world, sender, n))
    with house.clock.of("an outbox of 20 inspections"):
        for n in range(OUTBOXES):
            sender = senders[-1 - n]
            records = [inspection(house.world, sender, k) for k in range(20)]
            house.post(sender, "/api/v1/inspections/batch", {"inspections": records})
    commitments = {
        "responsible_unit": "总务处",
        "responsible_name": "测员",
        "measure": "清理",
        "funds": "0",
        "due_on": str(business_day(house.at) + timedelta(days=7)),
        "interim_measure": "上锁",
    }
    with house.clock.of("a step of a hazard (assigned, rectified)"):
        for n in range(STEPS):
            sender = senders[n]
            body = {
                "uuid": str(uuid.uuid4()),
                "unit": sender["unit"],
                "source": "self_check",
                "category": "fire",
                "description": f"通道堆放杂物 {n}",
                "place_text": "三号楼",
                "found_on": house.world["today"],
            }
            made = house.post(sender, "/api/v1/hazards", body)
            house.post(sender, f"/api/v1/hazards/{made['id']}/assign", commitments)
            said = {"result": "已整改", "no_photo_reason": "夜间"}
            house.post(sender, f"/api/v1/hazards/{made['id']}/submit", said)


def jobs(house: House) -> None:
    """Every periodic job: by day as it comes, then on the morning after."""
    for moment in (house.at, house.at + DAY):
        for job in SCHEDULE:
            with house.clock.of(f"job {job.name}"):
                job.run(moment)
    with house.clock.of("journal sealed, all of it"):
        seal(at=house.at + DAY, after=timedelta(0))


def days(house: House) -> None:
    """The daily opening: a plain day, a Monday with its week, a first of the month."""
    with house.clock.of("daily opening of cells, eight days"):
        for count in range(2, 10):
            open_due(house.at + DAY * count)
    house.at += DAY * 9


def profiles(house: House) -> None:
    """All units lose and gain duties."""
    _profiles(house, True)  # whatever was written before
    rebind_changed(house.at)
    for value, kind in ((False, "rebinding, duties lost"), (True, "rebinding, duties gained")):
        _profiles(house, value)
        with house.clock.of(kind):
            changed = rebind_changed(house.at)
        if changed < 100:
            raise RuntimeError(f"{changed} units were bound anew")


def _profiles(house: House, value: bool) -> None:
    rows = Profile.objects.filter(org__county=house.world["county"])
    rows.update(has_canteen=value, is_boarding=value, has_labs=value, updated_at=house.at)


def founded(house: House) -> None:
    """Units that are new to the plan."""
    names = [(f"新{n}小学", f"第{n % 10}镇教委", "小学", 300 + n) for n in range(NEW_UNITS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.xlsx"
        with Workbook(path, {"constant_memory": True}) as book:
            page = book.add_worksheet()
            for number, row in enumerate([("单位名称", "所属镇街", "学段", "在校生数"), *names]):
                page.write_row(number, 0, row)
        with house.clock.of(f"import of {NEW_UNITS} units, whole"):
            _take(house, UNITS_IMPORT, path, NEW_UNITS, whole=True)
    with house.clock.of(f"binding {NEW_UNITS} new units"):
        rebind_changed(house.at)


def ledger(house: House) -> None:
    """A ledger, row by row and whole."""
    names = list(
        Org.objects.filter(county=house.world["county"], kind="school").values_list(
            "name", flat=True
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        for turn, whole in enumerate((False, True)):
            path = Path(folder) / f"{turn}.xlsx"
            ledgers._ledger(path, names, LEDGER_LINES, turn)
            manner = "whole" if whole else "what is right of it"
            with house.clock.of(f"import of {LEDGER_LINES:,} hazards, {manner}"):
                _take(house, HAZARDS_IMPORT, path, LEDGER_LINES, whole=whole)


def _take(house: House, spec: ImportSpec, path: Path, rows: int, *, whole: bool) -> None:
    context = ImportContext(SYSTEM, house.at, house.county.path)
    manner = importing.Manner(whole=whole, rehearsed=whole)
    report = importing.run_import(spec, path, {}, context, manner)
    if report.created != rows:
        raise RuntimeError(f"{report.counts}: {report.rejected[:3]}")


def calendar(house: House) -> None:
    """A day off for the whole county, in the middle of the week that runs."""
    today = business_day(house.at)
    for count in range(3):
        set_day(
            house.county,
            day=today - DAY * count,
            kind="holiday",
            reason="停课",
            actor=SYSTEM,
            at=house.at,
        )
    with house.clock.of("calendar of the county changed"):
        rebind_changed(house.at)


def counting(house: House) -> None:
    """All cells of the county counted anew, a tenth of them wrong."""
    Tally.objects.filter(county=house.world["county"], unit_id__in=_tenth(house)).update(done=9)
    with house.clock.of("recount of a county, repaired"):
        recount(house.county, repair_on=business_day(house.at))
    if recount(house.county):
        raise RuntimeError("stored cells are not what evidence says")


def _tenth(house: House) -> list[int]:
    units = Org.objects.filter(county=house.world["county"], kind="school").order_by("pk")
    return list(units.values_list("pk", flat=True)[::10])


def plans(house: House) -> None:
    """The notice once more under another name, then its next version."""
    today = business_day(house.at)
    clerk = actor_for(User.objects.get(username="clerk"), today)
    year = today.year if today.month >= 9 else today.year - 1
    text = PLAN.read_text(encoding="utf-8")
    for offset in (1, 0):
        text = text.replace(f"{2026 + offset}", f"{year + offset}")
    head, code, tail = text.partition('code = "')
    name, _quote, rest = tail.partition('"')
    again = f'{head}{code}{name}-b"{rest}'
    for kind in ("a plan published", "its next version published"):
        draft = import_plan(again, house.county, actor=clerk, at=house.at)
        duties = draft.duties.count()
        with house.clock.of(f"{kind}, {duties} duties"):
            publish_plan(draft, actor=clerk, at=house.at)
        again = again.replace('title = "', 'title = "新', 1)


KINDS: tuple[Callable[[House], None], ...] = (
    phones,
    jobs,
    days,
    profiles,
    founded,
    ledger,
    calendar,
    plans,
    counting,
)


def main(words: list[str]) -> int:
    """Measure all kinds, or those named."""
    world = json.loads(Path(words[0]).read_text())
    house = House(world, watched(), timezone.now())
    turns.BREATH = 0  # nobody else writes here
    for kind in KINDS:
        if not words[1:] or kind.__name__ in words[1:]:
            kind(house)
    about = {
        "units": Org.objects.filter(county=world["county"]).count(),
        "duties": Duty.objects.filter(plan__state="published").count(),
        "cells": Tally.objects.filter(county=world["county"]).count(),
        "hazards": Hazard.objects.filter(county=world["county"]).count(),
    }
    print(json.dumps({"about": about, "taken": house.clock.taken}))
    return 0
