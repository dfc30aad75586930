"""S16, S24 and S27 over every form that any page shows to anybody."""

from fnmatch import filter as filter_names
from typing import Any, ClassVar

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.safety.case import HouseCase
from tests.safety.crawl import PASSING, Form, Sent, all_forms, tables_written, undone
from tests.safety.world import all_routes, let_go

RARE = "𠀀𪚥㐂𫝀"
RIGHT_TO_LEFT = "\u202e\u2066مرحبا\u2069\u202c"
INJECTION = "'; DROP TABLE x;-- {{7*7*191}}{% load x %}${7*7*191}#{1}$(id)`id`"
HOSTILE = {
    "bytes": "a\x00\x07\x1b[31m\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "taken": f"{RIGHT_TO_LEFT}{INJECTION}{RARE}",
    "long": "长" * 34_000,
}
EVALUATED = b"9359"
ADDRESSES = (
    *("/p/%00%00%00%00", "/account/invitation/%F0%A0%80%80", "/account/reset/%00", "/%ED%A0%80"),
    *("/hazards/99999999999999999999999", "/registers/%E2%80%AE/"),
)
UNJOURNALLED = {
    "accounts:switch": "which of the own posts is shown first",
    "messaging:read_all": "own messages read",
    "messaging:open": "own message read",
    "messaging:preference": "own hours of quiet",
    "registers:hazards-save": "own shortcut",
    "registers:journal-save": "own shortcut",
    "registers:hazards-unsave": "own shortcut",
    "registers:journal-unsave": "own shortcut",
    "registers:hazards-preview": "own preview; the import that follows is journalled",
}
"""What a person does to the own view of things leaves no line."""


SENT_ELSEWHERE = {
    "accounts:demo": "demo alone; tests/foundation/accounts/test_demo.py",
    "accounts:drop-factor": "tests/foundation/accounts/test_second_factor.py",
    "accounts:end-post": "tests/foundation/accounts/test_posts.py",
    "accounts:renew-codes": "tests/foundation/accounts/test_second_factor.py",
    "accounts:reset-factor": "tests/foundation/accounts/test_second_factor.py",
    "accounts:revoke-invitation": "tests/foundation/accounts/test_second_day.py",
    "accounts:sign-in-code": "tests/foundation/accounts/test_second_factor.py",
    "duties:revoke": "tests/loop/duties/test_tallies.py",
    "files:upload": "the upload's own row says who and when; what takes it is journalled",
    "hazards:decide_end": "tests/loop/hazards/test_matrix.py",
    "hazards:decide_extension": "tests/loop/hazards/test_matrix.py",
    "hazards:open": "tests/loop/hazards/test_opening.py",
    "inspections:checklist_retire": "tests/loop/inspections/test_checklist_pages.py",
    "inspections:new": "tests/loop/inspections/test_intake.py",
    "registers:*-apply": "tests/foundation/registers/test_s22_batches.py",
    "registers:*-export": "tests/foundation/registers/test_s21_export.py",
    **dict.fromkeys(
        (f"registers:*-{what}" for what in ("import", "preview", "discard", "save", "unsave")),
        "own shortcut or preview; the import that follows is journalled",
    ),
}
"""Routes whose forms need more than a careful crawl can fill; where their line is shown."""
SHOWN_ONLY = {
    *("accountability:list", "api:api-root", "api:openapi-json", "hazards:list"),
    *("inspections:list", "messaging:inbox", "messaging:robots", "places:labels", "places:list"),
}
"""Pages that answer whatever comes by showing themselves."""
KEPT_OTHERWISE = {
    ("hazards:assign", "responsible_name"): "the person chosen from the list is named instead",
    ("hazards:reassign", "responsible_name"): "the person chosen from the list is named instead",
    ("hazards:request_end", "into"): "a ledger number, looked up only for a merge",
    ("messaging:add_robot", "secret"): "kept sealed",
}
REPEATED = {"inspections:checklist_edit"}
"""Rows under one repeated name: the crawl sends one of them; its room tests them all."""


class TestEveryForm(HouseCase):
    forms: ClassVar[list[Form]]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        with undone():
            cls.forms = all_forms(cls.house)

    def send(self, form: Form, **changed: Any) -> Sent:
        with undone():
            sent = Sent(self.house, form, **changed)
            changed = {name: text for name, text in changed.items() if name in form.texts}
            sent.kept = {name: sent.keeps(text.strip()) for name, text in changed.items()}
        return sent

    def test_s16_s24_hostile_text_breaks_no_form(self):
        """NUL, broken UTF-8, right-to-left, rare characters, 100 kB, templates: never a fault."""
        broken = {}
        for form in self.forms:
            for what, text in HOSTILE.items() if form.texts else ():
                answer = self.send(form, **dict.fromkeys(form.texts, text)).answer
                if answer.status_code >= 500 or EVALUATED in answer.content:
                    broken[form.route, what] = answer.status_code
        self.assertEqual(broken, {})

    def test_s24_rare_characters_come_back_equal(self):
        """What a form took stands in the database as it was typed."""
        lost, took = set(), 0
        for form in self.forms:
            for name in form.texts[:8] if form.route not in REPEATED else ():
                sent = self.send(form, **{name: RARE})
                if sent.answer.status_code == 302 and sent.wrote:
                    took += 1
                    if not sent.kept[name]:
                        lost.add((form.route, name))
        self.assertEqual(lost - set(KEPT_OTHERWISE), set())
        self.assertGreater(took, 30)

    def test_s24_any_text_in_any_form(self):
        @settings(
            max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(st.sampled_from([form for form in self.forms if form.texts]), st.data())
        def holds(form, data):
            texts = {name: data.draw(st.text(max_size=60)) for name in form.texts[:6]}
            texts = {name: text.encode("utf-8", "replace").decode() for name, text in texts.items()}
            self.assertLess(self.send(form, **texts).answer.status_code, 500)

        holds()

    def test_s27_every_change_leaves_a_line(self):
        """Each form sent as a careful person would: whatever it wrote, the journal has a line."""
        silent, journalled = set(), set()
        for form in self.forms:
            sent = self.send(form)
            self.assertLess(sent.answer.status_code, 500, form.route)
            if sent.journalled:
                journalled.add(form.route)
            elif sent.wrote:
                silent.add(form.route)
        self.assertEqual(silent - set(UNJOURNALLED), set())
        self.assertGreater(len(journalled), 50)

    def test_s27_every_route_that_takes_something_is_among_the_forms(self):
        """The registry of routes beside the forms that were sent: none is left out."""
        sent = {form.route for form in self.forms}
        takers = {name for name, _path, view in all_routes() if self.takes(name, view)}
        known = {name for each in SENT_ELSEWHERE for name in filter_names(takers, each)}
        self.assertEqual(takers - sent - known, set())
        self.assertEqual([each for each in SENT_ELSEWHERE if not filter_names(takers, each)], [])
        self.assertGreater(len(takers), 100)

    def takes(self, name: str, view: Any) -> bool:
        """Whether a page answers what is posted; those that only show themselves write nothing."""
        able = self.house.able(getattr(view, "capability", ()))
        for url in self.house.addresses(name)[:1]:
            with undone(), tables_written() as tables:
                answer = self.house.client(able[-1]).post(url, {})
                let_go(answer)
            if name in SHOWN_ONLY:
                self.assertEqual(set(tables) - PASSING, set(), name)
            return bool(answer.status_code != 405) and name not in SHOWN_ONLY
        return False

    def test_s24_hostile_searches(self):
        """What is asked in the address: lists, filters and pages take anything."""
        clients = {name: self.house.client(name) for name in ("bureau", "auditor", "security")}
        asked = (
            (
                "bureau",
                "/registers/hazards/",
                ("q", "state", "found_from", "sort", "after", "unit"),
            ),
            ("auditor", "/registers/journal/", ("q", "number", "actor", "at_from", "action")),
            ("security", "/account/security", ("q", "after")),
            ("bureau", "/messages/", ("before",)),
            ("bureau", "/duties/", ("section",)),
            ("bureau", "/board/", ("unit",)),
            ("bureau", "/clues/", ("rule", "after")),
        )
        for person, path, names in asked:
            for text in (*HOSTILE.values(), "9" * 30, "-1", "²", "1.5"):
                for name in names:
                    answer = clients[person].get(path, {name: text[:2000]})
                    self.assertLess(answer.status_code, 500, (path, name, text[:20]))

    def test_s24_hostile_addresses(self):
        stranger = Client(raise_request_exception=False)
        for path in ADDRESSES:
            self.assertLess(stranger.get(path).status_code, 500, path)
