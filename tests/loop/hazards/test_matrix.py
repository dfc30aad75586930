"""Every state with every step and every post: who may, and that page, service and API agree."""

from datetime import timedelta

import pytest
from django.db import transaction

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES, Role
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import DomainError, StaleState
from anxiao.loop.hazards import services
from anxiao.loop.hazards.api.steps import STEPS
from anxiao.loop.hazards.models import EndRequest, Extension, Hazard
from anxiao.loop.hazards.queries import asked_about, facts_of, hazards_with_all
from anxiao.loop.hazards.rules import next_steps
from anxiao.loop.hazards.rules.steps import CAPABILITIES
from anxiao.loop.hazards.states import LIVE_STATES, HazardState
from anxiao.loop.hazards.views.step_table import STEP_PAGES
from tests.builders import AT, TODAY, actor_of, make_user
from tests.loop.hazards.world import DUE, World

pytestmark = pytest.mark.django_db

HEADS = {"principal", "vice_principal", "safety_officer"}
HANDS = {"section_head", "guard_captain", "canteen_manager", "maintainer"}
UPPER = {"town_head", "town_officer", "county_safety"}
VERIFIERS = UPPER | {"supervisor"}
COUNTY = {"county_leader", "county_safety", "county_department", "supervisor", "agency_officer"}
COUNTY |= {"system_admin", "security_admin", "audit_admin"}
TOWN = {"town_head", "town_officer"}

LIVE = {state.value for state in LIVE_STATES}
IN = {
    "assign": {"open", "accepted"},
    "submit": {"assigned"},
    "reject": {"submitted"},
    "close": {"submitted"},
    "report_up": {"open", "assigned", "accepted"},
    "accept_up": {"reported"},
    "send_back": {"reported"},
    "beyond_means": {"open", "assigned"},
    "renew_interim": LIVE,
    "reassign": {"assigned"},
    "request_extension": {"assigned"},
    "decide_extension": {"assigned"},
    "request_end": {"open", "assigned", "submitted"},
    "decide_end": {"open", "assigned", "submitted"},
    "grade": LIVE,
    "supervise": LIVE,
    "reopen": {"closed"},
}


def may(step: str, state: str, source: str) -> set[str]:
    """Posts that may take a step, written down from the design, not from the code."""
    verifying = VERIFIERS | (HEADS if source == "self_check" else set())
    if state == "accepted" and step in {"assign", "report_up"}:
        return UPPER
    return {
        "submit": HEADS | HANDS,
        "request_extension": HEADS | HANDS,
        "accept_up": UPPER | {"county_department"},
        "send_back": UPPER | {"county_department"},
        "supervise": {"county_leader", "county_safety"},
        "decide_end": verifying - {"supervisor"},
        **dict.fromkeys(("reject", "close", "reopen", "decide_extension"), verifying),
    }.get(step, HEADS | UPPER)


class Staffed(World):
    """A person at every post of the table, and the neighbour's head."""

    def __init__(self):
        super().__init__()
        for role in Role:
            place = self.county if role in COUNTY else self.town if role in TOWN else self.school
            self.users[role.value] = make_user(role.value, (place, role))
        self.users["neighbour"] = make_user("邻校校长", (self.neighbour, "principal"))
        self.actors = {name: actor_of(self.users[name]) for name in (*Role, "neighbour")}
        self.asker = actor_of(make_user("申请人", (self.school, "safety_officer")))
        self.hand = actor_of(make_user("责任人", (self.school, "maintainer")))

    def at(self, state, source):
        """A hazard of that source walked to ``state`` by people who are not in the table."""
        clerk = self.clerk
        hazard = self.open(source=source, actor=clerk)
        road = {
            "assigned": ("assign",),
            "submitted": ("assign", "submit"),
            "reported": ("report_up",),
            "accepted": ("report_up", "accept_up"),
            "closed": ("assign", "submit", "close"),
        }.get(state, ())
        for step in road:
            own = {"assign": self.asker, "report_up": self.asker, "submit": self.hand}
            extra = {"responsible_id": self.hand.user_id} if step == "assign" else {}
            getattr(self, step)(hazard, actor=own.get(step, clerk), **extra)
        if state in {"void", "merged"}:
            into = self.open(actor=clerk) if state == "merged" else None
            self.decide_end(self.request_end(hazard, into=into), clerk)
        return hazard

    def decide_end(self, request, actor):
        services.decide_end(request, approve=True, answer="", actor=actor, at=AT)

    def prepare(self, step, hazard):
        """Have somebody ask what the step is to answer."""
        if step == "decide_extension" and hazard.state == "assigned":
            self.request_extension(hazard, actor=self.asker)
        if step == "decide_end" and hazard.state in IN["decide_end"]:
            self.request_end(hazard, actor=self.asker)

    def do(self, step, hazard, actor):
        """Take a step with everything said that it asks for."""
        by = {"actor": actor, "at": AT}
        other = services.Responsible(responsible_unit="施工队", responsible_name="王工")
        interim = {"interim_measure": "停用", "interim_until": DUE}
        plain = {
            "beyond_means": lambda: services.mark_beyond_means(hazard, reason="需大修", **by),
            "supervise": lambda: services.supervise_hazard(hazard, reason="限期整改", **by),
            "renew_interim": lambda: services.renew_interim_hazard(hazard, **interim, **by),
            "reassign": lambda: services.reassign_hazard(hazard, other, reason="外出", **by),
            "decide_extension": lambda: self.answer(Extension, hazard, by),
            "decide_end": lambda: self.answer(EndRequest, hazard, by),
        }
        plain.get(step, lambda: getattr(self, step)(hazard, actor=actor))()

    def answer(self, model, hazard, by):
        """Say yes to what was asked."""
        request = model.objects.filter(hazard=hazard, state="requested").first()
        if request is None:
            raise StaleState("没有申请")
        request.hazard = hazard
        service = services.decide_extension if model is Extension else services.decide_end
        service(request, approve=True, answer="", **by)


@pytest.fixture
def world(db):
    return Staffed()


def alike():
    """One post of each set of rights over hazards, and every post of the table's corners."""
    found = {}
    for role in Role:
        held = frozenset(each for each in ROLE_CAPABILITIES[role] if each.startswith("hazards."))
        found.setdefault((held, role in COUNTY, role in TOWN), role.value)
    return {*found.values(), "neighbour"}


def test_the_table_names_every_step_there_is():
    assert set(IN) == set(STEP_PAGES) == set(CAPABILITIES) - {"void", "merge"}
    assert {each.name for each in STEPS} == set(IN) | {"comment"}


def test_pages_and_programs_ask_for_the_same_rights():
    asked = {each.name: set(each.capabilities) for each in STEPS if each.name != "comment"}
    assert asked == {name: set(step.capabilities) for name, step in STEP_PAGES.items()}


@pytest.mark.parametrize("source", ["self_check", "superior"])
@pytest.mark.parametrize("state", [state.value for state in HazardState])
def test_every_state_with_every_step_and_every_post(world, state, source):
    hazard = world.at(state, source)
    tried = alike()
    for step, states in IN.items():
        with transaction.atomic():
            world.prepare(step, hazard)
            expected = may(step, state, source) if state in states else set()
            assert offered(world, hazard, step) == expected, step
            taken = {name for name in tried if takes(world, hazard, step, world.actors[name])}
            assert taken == expected & tried, step
            transaction.set_rollback(True)
        hazard.refresh_from_db()


def offered(world, hazard, step):
    """Posts to which the page offers the step; whoever sees it disabled reads why."""
    row = hazards_with_all(Hazard.objects.all()).get(pk=hazard.pk)
    asked, posts = asked_about(row), set()
    for name, actor in world.actors.items():
        shown = {each.name: each for each in next_steps(facts_of(row, asked, actor, TODAY))}
        if step in shown and shown[step].allowed:
            posts.add(str(name))
        elif step in shown:
            assert shown[step].why.endswith("。")
    return posts


def takes(world, hazard, step, actor):
    """Whether the service takes the step; it is undone at once, a refusal changes nothing."""
    row = Hazard.objects.select_related("org__parent").get(pk=hazard.pk)
    try:
        with transaction.atomic():
            before = Entry.objects.count()
            world.do(step, row, actor)
            assert Entry.objects.count() > before, f"S27: no line of {step}"
            transaction.set_rollback(True)
    except DomainError:
        return False
    return True


def test_the_day_of_the_table_is_before_the_deadline():
    assert timedelta(days=7) == DUE - TODAY
