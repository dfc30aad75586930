"""S1-S3, S15: every route and every API operation, for every role, at every distance.

A route without a row in ``tests/routes.py`` fails.
Positions of what is asked for: own unit (and below), parent level, neighbour, outsider county.
"""

import re
from fnmatch import fnmatch
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES, Role
from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.accounts.models import User
from anxiao.project import api as front
from tests.asking import TALLY, Asker, Bodies, counted, told
from tests.builders import AT
from tests.routes import HARD_QUERY, ROUTES
from tests.world import World, canary

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
POSITIONS = {"own", "parent", "neighbour", "outsider"}
ON_POSTGRESQL = {Role.COUNTY_SAFETY, Role.TOWN_OFFICER, Role.PRINCIPAL, Role.GUARD}
"""One a level: the rules are the same there, only the database that narrows the rows is not."""
OPEN = {"public", "signed_in"}
REFUSED = {403, 404, 405}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for all; everything that happens in it is rolled back."""
    folder = tmp_path_factory.mktemp("matrix")
    wide = Limiter(per_minute=6e9, burst=10**9)
    patch = pytest.MonkeyPatch()
    for name in ("REQUESTS", "DEAR"):
        patch.setattr(front, name, wide)
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder, ANXIAO_DATA=folder),
        time_machine.travel(AT, tick=False),
        transaction.atomic(),
    ):
        made = World()
        for target in made.targets.values():
            target.ids["gate"] = made.gate.pk
            target.ids["criterion"] = made.criterion.pk
        made.bodies = Bodies()
        made.phones = {phone.encode() for phone in User.objects.values_list("phone", flat=True)}
        yield made
        transaction.set_rollback(True)
    patch.undo()


def row_counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.xdist_group("matrix-0")
def test_every_route_has_a_row(world):
    """A new route with parameters must say in its row how it is filled."""
    lost = [
        f"{route.name} {route.params}"
        for route in ROUTES
        if set(route.params) - set(route.row.ids) or not route.capabilities
    ]
    assert lost == []
    unfilled = [
        route.name
        for route in ROUTES
        if route.params and not any(route.path(target) for target in world.targets.values())
    ]
    assert unfilled == []


def first_with_its_rights(role) -> bool:
    """Whether no role before this one holds the very same capabilities."""
    before = list(Role)[: list(Role).index(role)]
    return ROLE_CAPABILITIES[role] not in [ROLE_CAPABILITIES[each] for each in before]


HERE = [role for role in Role if connection.vendor == "sqlite" or role in ON_POSTGRESQL]
HALVES = [
    pytest.param(role, marks=pytest.mark.xdist_group(f"matrix-{number % 2}"), id=role)
    for number, role in enumerate(HERE)
]


@pytest.mark.parametrize("role", HALVES)
def test_role(world, role, record_property):
    """What one role is told and what not, over every route and every distance.

    A role with the very rights of an earlier one is asked for its neighbours' records only.
    """
    holder = next(each for each in world.holders if each.role == role)
    asker = Asker(world, holder)
    hidden = world.hidden_from(holder)
    asked = POSITIONS if first_with_its_rights(role) else {"neighbour"}
    faults: list[str] = []
    for route in ROUTES:
        for target, position in targets_for(world, holder, route):
            if position not in asked:
                continue
            for method in route.methods:
                faults += judge(asker, route, method, target, position, hidden)
    assert faults == []
    record_property("S1", f"{role}: {TALLY['cells']} cells, {TALLY['canaries']} looks for canaries")
    TALLY.clear()


def targets_for(world, holder, route):
    """Own unit, parent, neighbour and outsider where the route names a record; else once."""
    row = route.row
    if not route.params and not row.query and route.name not in BY_BODY:
        return [(world.targets[holder.key], "own")]
    chosen: dict[str, object] = {}
    for key in ("S1", "S2", "S3", "T1", "C1", "S9", "C9"):
        target = world.targets[key]
        position = world.position(holder, target)
        if position in chosen or route.path(target) is None:
            continue
        chosen[position] = target
    return [(target, position) for position, target in chosen.items()]


BY_BODY = {"api:upload", "api:open_hazard", "api:submit"}
"""Operations that name the unit in their body."""


def judge(asker, route, method, target, position, hidden):
    """The faults of one cell."""
    path = route.path(target)
    brief = {} if position == "own" or route.is_api else {"HX-Request": "true"}
    if route.row.query:
        path += "?" + urlencode(
            {name: route.fill(key, target) or "" for name, key in route.row.query.items()}
        )
    status, said, changed = asker.ask(route, method, path, target, **brief)
    TALLY["cells"] += 1
    where = f"{asker.holder.role} {method} {path} ({route.name}, {position}): {status}"
    allowed = bool(set(route.capabilities) & (asker.held | OPEN))
    yield from _status_faults(route, method, position, status, changed, allowed, where)
    served = method != "GET" or position != "own" or status in SERVED
    if not served and entitled(asker, route, allowed):
        yield f"{where}: refused to whom it belongs"
    yield from phones(asker, route, said, where)
    yield from leaks(route, target, position, said, hidden, where)
    if method == "GET" and status == HTTPStatus.OK and not route.params:
        yield from searched(asker, route, path.partition("?")[0], target, hidden)


SERVED = {200, 302, 405}
"""A page, the next page, or one that only takes what is sent to it."""
NOT_HERE = (
    *("accounts:demo", "accounts:invitation", "accounts:reset", "api:api-root", "ui:styles"),
    *("operate:healthz", "registers:*-saved", "inspections:round_new"),
)
"""Pages of the demo or of a desk, invented secrets, shortcuts of others, rounds of a bureau."""
MORE = {
    **dict.fromkeys(("duties:plan", "duties:diff", "duties:duty", "duties:export"), "duties.plan"),
    "inspections:checklist": "inspections.checklists",
    **dict.fromkeys(
        ("inspections:detail", "inspections:done", "inspections:photo", "inspections:print"),
        "inspections.view",
    ),
    **dict.fromkeys(("api:read", "api:workbook"), "hazards.view"),
}
"""What more it takes to be served the very record that the world has: a draft of a plan or of a
checklist, an inspection that somebody else made, the ledger of hazards."""


def entitled(asker, route, allowed) -> bool:
    """Whether the record of one's own unit must be served: the success beside each denial."""
    only_own = "hazards.view_own" in asker.held & set(route.capabilities)
    elsewhere = route.row.personal or any(fnmatch(route.name, name) for name in NOT_HERE)
    more = {MORE[route.name]} if route.name in MORE else set()
    return allowed and not elsewhere and not only_own and more <= asker.held


PHONE = re.compile(rb"(?<!\d)1[3-9]\d{9}(?!\d)")


def phones(asker, route, said, where):
    """S3: whole numbers of others."""
    others = asker.world.phones - {asker.holder.user.phone.encode()}
    TALLY["phones"] += len(others)
    for phone in others & set(PHONE.findall(said)):
        yield f"{where}: shows {phone.decode()} ({route.name})"


ALARM = ("operate:healthz", HTTPStatus.SERVICE_UNAVAILABLE)
"""No worker runs in this world, and the page for monitors says so."""


def _status_faults(route, method, position, status, changed, allowed, where):
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and (route.name, status) != ALARM:
        yield f"{where}: broken"
    if method == "GET" and changed and route.name not in WRITES_BY_GET:
        yield f"{where}: GET wrote {changed} rows"
    if not allowed and status not in {403, 405}:
        yield f"{where}: not refused without the capability"
    foreign = route.row.personal or position != "own"
    named = bool(route.params) or route.name in HARD_QUERY | BY_BODY
    if not (named and foreign) or route.row.shared or (route.row.soft and not route.params):
        return
    if method == "GET" and route.name in BY_BODY:
        return
    if status not in REFUSED:
        yield f"{where}: not hidden"
    if changed:
        yield f"{where}: refused and yet wrote {changed} rows"


WRITES_BY_GET = {"api:workbook"}
"""An export leaves a line in the journal; its address is given by the issue."""


def leaks(route, target, position, said, hidden, where):
    """Canaries that were told to the wrong person."""
    entitled = [
        f"NAME-{target.key}" if kind == "NAME" else canary(target.key, kind)
        for kind in route.row.shows
    ]
    for word in entitled:
        said = said.replace(word.encode(), b"")
    for word in hidden:
        TALLY["canaries"] += 1
        if word in said:
            TALLY["leaks"] += 1
            start = said.index(word)
            yield f"{where}: leak {said[max(0, start - 40) : start + 40].decode(errors='replace')}"


SEARCHES: tuple[tuple[str, dict[str, str]], ...] = (
    ("q=CANARY", {}),
    ("q=NAME", {"HX-Request": "true"}),
    ("unit=CANARY&sort=org&section=2.1&after=x&before=9999", {}),
)


def searched(asker, route, path, target, hidden):
    """The same page asked by search, in another's name, and as a fragment."""
    for query, headers in SEARCHES:
        if route.is_api and not query.startswith("q="):
            continue
        status, said, _changed = asker.ask(route, "GET", f"{path}?{query}", target, **headers)
        where = f"{asker.holder.role} GET {path}?{query}: {status}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield f"{where}: broken"
        yield from leaks(route, target, "own", said, hidden, where)


@pytest.mark.xdist_group("matrix-0")
def test_parts_are_found_through_their_own_whole_only(world):
    """One's own hazard or record opens no photo or file of another's."""
    holder = next(each for each in world.holders if each.role == Role.PRINCIPAL)
    asker, own, other = Asker(world, holder), world.targets["S1"], world.targets["S2"]
    for route in ROUTES:
        parts = [param for param in route.params if not route.row.ids[param].startswith("=")]
        if len(parts) < 2 or route.name in {"duties:diff", "duties:clause", "duties:prove",
                                             "duties:exempt"}:  # fmt: skip
            continue
        kwargs = {
            param: route.fill(route.row.ids[param], own if param == parts[0] else other)
            for param in route.params
        }
        status, _said, _changed = asker.ask(route, "GET", reverse(route.name, kwargs=kwargs), own)
        TALLY["cells"] += 1
        assert status == HTTPStatus.NOT_FOUND, route.name


@pytest.mark.xdist_group("matrix-0")
def test_strangers_are_sent_to_sign_in(world):
    """Nobody's session opens nothing, and is told nothing."""
    asker, target = Asker(world, None), world.targets["S1"]
    faults = []
    hidden = [b"CANARY-", b"NAME-", b"PUBLIC-"]
    for route in ROUTES:
        for method in route.methods:
            for each in (target, world.targets["C1"]):
                path = route.path(each)
                if path is None:
                    continue
                status, said, changed = asker.ask(route, method, path, each)
                TALLY["cells"] += 1
                where = f"stranger {method} {path}: {status}"
                faults += leaks(route, each, "outsider", said, hidden, where)
                if route.capabilities == ("public",):
                    continue
                sent = status == 302 and b"/account/sign-in" in said
                if not (sent or status in {401, 405}) or changed:
                    faults.append(where)
    assert faults == []


@pytest.mark.xdist_group("matrix-1")
def test_s15_nothing_is_posted_without_a_token(world):
    """Every POST of a page without the CSRF token is 403; a session opens no API operation."""
    holder = next(each for each in world.holders if each.role == Role.COUNTY_SAFETY)
    client = Client(enforce_csrf_checks=True)
    client.force_login(holder.user)
    faults = []
    for route in ROUTES:
        path = next(filter(None, map(route.path, world.targets.values())))
        wanted = {401} if route.is_api else {403}
        if route.is_api and (route.capabilities == ("public",) or "POST" not in route.methods):
            continue
        with counted() as written:
            status = client.post(path, {}).status_code
        TALLY["cells"] += 1
        if status not in wanted or written["rows"]:
            faults.append(f"{route.name}: {status}")
    assert faults == []


@pytest.mark.xdist_group("matrix-1")
def test_s15_no_get_writes(world):
    """Whatever a person looks at, no table has more or fewer rows afterwards."""
    before = row_counts()
    holder = next(each for each in world.holders if each.role == Role.PRINCIPAL)
    client = Client()
    client.force_login(holder.user)
    before = row_counts()
    for route in ROUTES:
        if not route.is_api and (path := route.path(world.targets["S1"])):
            response = client.get(path)
            told(response)
    assert row_counts() == before
