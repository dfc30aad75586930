"""People with phones: they inspect, open hazards, take steps, lose the line and send again."""

import random
import threading
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import urllib3

from bench.chaos.history import Event, History
from bench.chaos.world import Person, School, World

TIMEOUT = urllib3.Timeout(connect=1, read=10)
DONE = {200, 201}
OUTBOX = 30
"""Records of one outbox request at the most, as the interface takes them."""
BUSY = {429, 500, 502, 503, 504}
SHANGHAI = timedelta(hours=8)
PATIENCE, MOST_PATIENCE = 0.2, 2.0
"""Seconds before the next try, twice as many each time that nothing came."""


class Client(threading.Thread):
    """One phone. ``schools`` are shared with another client, so that both race for hazards."""

    def __init__(
        self,
        number: int,
        world: World,
        schools: tuple[School, ...],
        addresses: tuple[str, ...],
        history: History,
        stop: threading.Event,
        seed: int,
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.world, self.schools = number, world, schools
        self.history, self.stopping = history, stop
        self.addresses = addresses
        self.dice = random.Random(seed * 1000 + number)  # noqa: S311 - repeatable, not secret
        self.pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT, maxsize=1)
        self.known: list[tuple[School, int]] = []
        self.sent: list[tuple[School, str, str, dict[str, Any]]] = []
        self.tries, self.patience = number, PATIENCE

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stopping.is_set():
            school = self.dice.choice(self.schools)
            act = self.dice.choices(
                (
                    self.empty_outbox,
                    self.inspect,
                    self.open_hazard,
                    self.take_step,
                    self.send_again,
                ),
                weights=(25, 15, 15, 60, 5),
            )[0]
            act(school)

    # What people do.

    def inspect(self, school: School) -> None:
        """Hand in an inspection."""
        event = self.create(school, "inspection", "/api/v1/inspections", self._inspection(school))
        self._know(school, event)

    def empty_outbox(self, school: School) -> None:
        """Hand in all that was inspected while off line, until each record has its receipt."""
        count = self.dice.randint(2, OUTBOX)
        waiting = {body["uuid"]: body for body in (self._inspection(school) for _ in range(count))}
        while waiting:
            events = self.hand_in(school, list(waiting.values()))
            for event in events:
                if event.outcome != "unknown":
                    del waiting[event.key]
                    self._know(school, event)
            if waiting and self.stopping.is_set():
                return

    def _inspection(self, school: School) -> dict[str, Any]:
        """Every third finds something wrong."""
        answers: dict[str, Any] = {code: {"a": "pass"} for code in self.world.items}
        if self.dice.random() < 1 / 3:
            answers[self.world.wrong] = {"a": "fail", "note": self._words()}
        return {
            "uuid": self._uuid(),
            "unit": school.org,
            "checklist": self.world.checklist,
            "kind": "self_check",
            "happened_on": self._today(),
            "answers": answers,
        }

    def _know(self, school: School, event: Event) -> None:
        for found in event.answer.get("findings", ()):
            self.known.append((school, found["hazard"]))

    def open_hazard(self, school: School) -> None:
        """Enter a hazard."""
        body = {
            "uuid": self._uuid(),
            "unit": school.org,
            "source": "self_check",
            "category": "fire",
            "description": self._words(),
            "place_text": "三号楼",
            "found_on": self._today(),
        }
        event = self.create(school, "hazard", "/api/v1/hazards", body)
        if event.outcome == "ok":
            self.known.append((school, event.answer["id"]))

    def send_again(self, school: School) -> None:
        """What was sent is sent once more, as a phone does that lost the answer."""
        if self.sent:
            school, kind, path, body = self.dice.choice(self.sent)
            self.create(school, kind, path, body, keep=False)

    def take_step(self, school: School) -> None:
        """Take some step of a hazard that this or the other client knows."""
        if not self.known:
            return
        school, hazard = self.dice.choice(self.known[-30:])
        step, person, body = self.dice.choice(
            (
                ("assign", school.officer, self._commitments()),
                ("submit", school.officer, {"result": "已整改", "no_photo_reason": "夜间"}),
                ("reject", school.principal, {"reason": "仍不合格"}),
                ("close", school.principal, {"opinion": "已到现场查看"}),
                ("close", school.principal, {"opinion": "已到现场查看"}),
            )
        )
        self.ask(person, step, hazard, f"/api/v1/hazards/{hazard}/{step}", body)

    # How they do it.

    def create(
        self, school: School, kind: str, path: str, body: dict[str, Any], *, keep: bool = True
    ) -> Event:
        """Send a creation until it is answered or the run ends, always with the same UUID."""
        if keep:
            self.sent = [*self.sent[-50:], (school, kind, path, body)]
        while True:
            event = self.ask(school.officer, kind, body["uuid"], path, body)
            if event.outcome != "unknown" or self.stopping.is_set():
                return event

    def ask(self, person: Person, kind: str, key: Any, path: str, body: dict[str, Any]) -> Event:
        """One request, written down before and after."""
        event = self.history.begin(self.number, kind, key, person.user)
        status, answer = self.post(person, path, body)
        self._end(event, status, answer if status in DONE else {})
        return event

    def hand_in(self, school: School, bodies: list[dict[str, Any]]) -> list[Event]:
        """One request of many records: an event for each."""
        person = school.officer
        events = [
            self.history.begin(self.number, "inspection", body["uuid"], person.user)
            for body in bodies
        ]
        status, answers = self.post(person, "/api/v1/inspections/batch", {"inspections": bodies})
        if status in DONE:
            for event, told in zip(events, answers, strict=True):
                self._end(event, told["status"], told["receipt"] or {})
        else:
            for event in events:
                self._end(event, status, {})
        return events

    def post(self, person: Person, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and body; 0 if no whole answer came. Then it waits, and goes elsewhere next."""
        address = self.addresses[self.tries % len(self.addresses)]
        headers = {"Authorization": f"Bearer {person.token}"}
        try:
            response = self.pool.request("POST", address + path, json=body, headers=headers)
            status, answer = response.status, response.json()
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            status, answer = 0, {}
        if status and status not in BUSY:
            self.patience = PATIENCE
            return status, answer
        self.tries += 1
        if self.tries % len(self.addresses) == 0:
            self.stopping.wait(self.dice.uniform(0.5, 1) * self.patience)
            self.patience = min(2 * self.patience, MOST_PATIENCE)
        return status, {}

    def _end(self, event: Event, status: int, answer: dict[str, Any]) -> None:
        event.status, event.answer = status, answer
        event.outcome = self._outcome(status)
        event.ended = time.monotonic()

    @staticmethod
    def _outcome(status: int):  # noqa: ANN205 - a literal of three words
        if status in DONE:
            return "ok"
        return "unknown" if status in BUSY or not status else "refused"

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def _words(self) -> str:
        return f"灭火器压力不足，编号 {self.dice.randrange(10**9)}"

    @staticmethod
    def _today() -> str:
        return str((datetime.now(UTC) + SHANGHAI).date())

    def _commitments(self) -> dict[str, str]:
        due = date.fromisoformat(self._today()) + timedelta(days=7)
        return {
            "responsible_unit": "总务处",
            "responsible_name": "孙师傅",
            "measure": "更换",
            "funds": "200.00",
            "due_on": str(due),
        }
