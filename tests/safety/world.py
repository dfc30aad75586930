"""One county with something of every kind in it, and an address of every route.

``House().addresses("hazards:detail")`` gives the paths under which that route has something to
show; ``reader(path)`` a client of somebody who may see it. A new route without a line in ``_ARGS``
fails the tests that walk all of them.
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.accounts.models import Membership, User
from anxiao.foundation.accounts.services import Invited, invite, issue_token, make_reset_link
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.services import keep
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.services import store_upload
from anxiao.foundation.kernel.errors import AnotherBody
from anxiao.foundation.messaging.models import Message
from anxiao.foundation.messaging.services import add_robot, notify
from anxiao.foundation.orgs.services import TermData, add_term, close_org, set_day
from anxiao.foundation.places.services import create_place, create_point
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.models import SavedFilter
from anxiao.foundation.registers.services import upload_batch
from anxiao.loop.duties.models import Clause, Duty, Evidence, EvidenceFile, Plan, Tally
from anxiao.loop.duties.services import (
    ExemptionRequest,
    copy_plan,
    import_plan,
    publish_plan,
    record_evidence,
    request_exemption,
)
from anxiao.loop.hazards.models import HazardPhoto
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import Submitted
from anxiao.loop.inspections.services import (
    RoundPlan,
    StopPlan,
    load_shipped_checklists,
    new_version,
    save_round,
    submit_inspection,
)
from anxiao.loop.inspections.services.refused import body_of
from anxiao.project.registers import REGISTERS
from tests.builders import AT, TODAY, make_school, make_user, sign_in
from tests.foundation.registers.books import book
from tests.loop.duties.plans import NOTICE
from tests.loop.hazards.world import ROADS
from tests.loop.hazards.world import World as Hazards
from tests.loop.inspections.world import picture
from tests.safety.arguments import ARGS

PERSONS = (
    *("bureau", "principal", "officer", "clerk", "maintainer", "leader"),
    *("security", "auditor", "system"),
)


def all_routes(patterns: Any = None, spaces: str = "", prefix: str = "") -> Iterable[tuple]:
    """``(namespace:name, template of the path, view)`` of every route."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(each, URLResolver):
            space = f"{spaces}{each.namespace}:" if each.namespace else spaces
            yield from all_routes(each.url_patterns, space, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield f"{spaces}{each.name}", prefix + str(each.pattern), each.callback


def let_go(response: Any) -> None:
    """Close the file of an answer; ``response.close()`` would close the database too."""
    for close in response._resource_closers:
        close()


class House(Hazards):
    """The hazards' world, with inspections, duties, people and messages beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies: dict[str, str] = {}
        county, school = self.county, self.school
        self.users["security"] = make_user("守门", (county, "security_admin"))
        self.users["system"] = make_user("管机", (county, "system_admin"))
        self.users["guard"] = make_user("石坚", (school, "guard"))
        self.states = {state: self.in_state(state) for state in ROADS}
        self.hazard = self.states["assigned"]
        self.request_extension(self.in_state("assigned"))
        self.request_end(self.open())
        self.known = self.criterion()
        self._fill_duties()
        self._fill_inspections()
        self._fill_photos()
        self._fill_people()
        self._fill_registers()

    def _fill_duties(self) -> None:
        self.plan = publish_plan(
            import_plan(NOTICE, self.county, actor=self.bureau, at=AT), actor=self.bureau, at=AT
        )
        self.draft = copy_plan(self.plan, actor=self.bureau, at=AT)
        cells = Tally.objects.filter(unit=self.school)
        self.cell = cells.get(duty__code="2.1.f-1")
        record_evidence(
            unit=self.school,
            kind="drill.evacuation",
            happened_on=TODAY,
            source="t:1",
            at=AT,
            actor=SYSTEM,
        )
        self.evidence = Evidence.objects.get(source="t:1")
        self.draft_clause = Clause.objects.filter(plan=self.draft, duties__isnull=False).first()
        self.draft_duty = Duty.objects.filter(clause=self.draft_clause).first()
        until = TODAY + timedelta(days=30)
        asked = ExemptionRequest(self.school, self.cell.duty, TODAY, until, "校舍改造")
        self.exemption = request_exemption(asked, actor=self.principal, at=AT)

    def _fill_inspections(self) -> None:
        load_shipped_checklists(at=AT)
        self.gate = Checklist.objects.get(code="gate", owner=None)
        self.place = create_place(
            self.school, kind="building", name="教学楼", parent=None, actor=self.officer, at=AT
        )
        self.point = create_point(
            self.school,
            name="校门",
            kind="spot",
            place=self.place,
            key_part="gate",
            actor=self.officer,
            at=AT,
        )
        self.own = new_version("gate", self.county, actor=self.bureau, at=AT)
        stops = (StopPlan(self.point.pk, "gate"),)
        self.round = save_round(
            self.school,
            RoundPlan("早巡查", "guard", "school_daily", 1, stops),
            actor=self.officer,
            at=AT,
        )
        self.upload = self.picture()
        answers = {item["code"]: {"a": "pass"} for item in self.gate.items}
        answers[self.gate.items[0]["code"]]["photos"] = [str(self.upload.uuid)]
        submitted = Submitted(
            uuid=uuid.uuid4(),
            org_id=self.school.pk,
            checklist_id=self.gate.pk,
            kind="self_check",
            happened_on=TODAY,
            answers=answers,
        )
        self.inspection = submit_inspection(submitted, actor=self.officer, at=AT)[0]
        keep(
            AnotherBody(),
            body_of(replace(submitted, remarks="另一份")),
            subject="inspections.inspection",
            actor=self.officer,
            at=AT,
        )
        self.refused = Refused.objects.get()

    def _fill_photos(self) -> None:
        self.hazard_photo = HazardPhoto.objects.create(
            hazard=self.hazard, upload=self.upload, stage="before", added_at=AT
        )
        EvidenceFile.objects.create(evidence=self.evidence, upload=self.upload)

    def picture(self, colour: int = 90) -> Upload:
        """A real photo of the school, handed in by its officer."""
        return store_upload(
            actor=self.officer,
            at=AT,
            org=self.school,
            uuid=uuid.uuid4(),
            name="现场.jpg",
            content=picture(colour),
        )

    def _fill_people(self) -> None:
        wanted = Invited(self.school, "guard", "新保安", TODAY)
        self.invitation, self.invited_by_link = invite(wanted, actor=self.principal, at=AT)
        self.reset = make_reset_link(self.users["guard"], actor=self.principal, at=AT)
        self.token = issue_token(self.users["officer"], label="脚本", at=AT)[1]
        for name in PERSONS:
            notify([self.users[name].pk], text="有 1 项隐患待办", url="/hazards/", at=AT)
        self.robot = add_robot(
            self.county,
            channel="wecom",
            name="安全群",
            url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
            secret="",
            actor=self.bureau,
            at=AT,
        )
        term = TermData("秋季", date(2026, 9, 1), date(2027, 1, 22))
        self.term = add_term(self.county, term, actor=self.bureau, at=AT)
        self.day = set_day(
            self.county,
            day=date(2026, 11, 30),
            kind="holiday",
            reason="运动会补休",
            actor=self.bureau,
            at=AT,
        )
        self.shut = make_school(self.town, "已停办小学")
        close_org(self.shut, reason="撤点并校", actor=self.bureau, at=AT)

    def _fill_registers(self) -> None:
        self.saved, self.batches = {}, {}
        for register in REGISTERS:
            for name in ("bureau", "auditor"):
                self.saved[register.slug, name] = SavedFilter.objects.create(
                    uuid=uuid.uuid4(),
                    user_id=self.users[name].pk,
                    slug=register.slug,
                    name="常用",
                    query="sort=-id",
                    created_at=AT,
                )
            if register.importer:
                heads = [str(field.label) for field in register.importer.fields]
                self.batches[register.slug] = upload_batch(
                    register.importer,
                    book([heads, ["一"] * len(heads)]),
                    "台账.xlsx",
                    ImportContext(self.bureau, AT, self.county.path),
                )

    def rows(self, kind: str) -> list[int]:
        """Keys of the rows that routes about ``kind`` may name."""
        found: dict[str, Any] = {
            "post": Membership.objects.filter(ended_at__isnull=True),
            "account": User.objects.filter(username__in=[u.username for u in self.users.values()]),
            "message": Message.objects.all(),
            "evidence": Evidence.objects.all(),
            "plan": Plan.objects.all(),
        }
        return list(found[kind].order_by("pk").values_list("pk", flat=True))

    def client(self, name: str) -> Client:
        """A browser in which that person has signed in; ``""`` for a stranger."""
        client = Client(raise_request_exception=False)
        if not name:
            return client
        if name not in self.cookies:
            sign_in(client, self.users[name])
            self.cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[name]
        return client

    def able(self, capabilities: tuple[str, ...]) -> list[str]:
        """Who may open pages of ``capabilities``, ``""`` for a stranger."""
        if "public" in capabilities:
            return ["", "officer"]
        if "signed_in" in capabilities:
            return ["officer"]
        return [
            name for name in PERSONS if any(map(getattr(self, name).may_somewhere, capabilities))
        ]

    def addresses(self, route: str) -> list[str]:
        """The paths under which ``route`` has something to show; ``[]`` for an unknown one."""
        space, _, name = route.rpartition(":")
        if space == "registers":
            return self._registers(name)
        hazards = [[hazard.pk] for hazard in self.states.values()]
        if space == "hazards" and route not in ARGS:
            return [reverse(route, args=args) for args in hazards]
        found = ARGS.get(route)
        return [] if found is None else [reverse(route, args=args) for args in found(self)]

    def _registers(self, name: str) -> list[str]:
        slug, _, what = name.partition("-")
        route = f"registers:{name}"
        if what in {"saved", "unsave"}:
            mine = [saved.uuid for (of, _who), saved in self.saved.items() if of == slug]
            return [reverse(route, args=[each]) for each in mine]
        if what in {"preview", "apply", "discard", "errors"}:
            return [reverse(route, args=[self.batches[slug].uuid])]
        return [reverse(route)]
