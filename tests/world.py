"""Two counties full of data for the access matrix: every record bears a canary of its unit.

Texts read ``CANARY-<unit>-…``; names of units ``NAME-<unit>``, since the levels below may know
what stands above them; what a county publishes to those below reads ``PUBLIC-<unit>``.
"""

import base64
import io
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.access.capabilities import (
    ROLE_CAPABILITIES,
    UNIT_ROLES,
    Role,
)
from anxiao.foundation.accounts.models import Membership
from anxiao.foundation.accounts.services import Invited, invite, issue_token
from anxiao.foundation.conflicts.models import Refused
from anxiao.foundation.conflicts.services import keep
from anxiao.foundation.files.services import store_signature, store_upload
from anxiao.foundation.kernel.errors import AnotherBody
from anxiao.foundation.messaging.models import Message
from anxiao.foundation.messaging.services import add_robot, notify
from anxiao.foundation.orgs.models import DayOverride, Org, Term
from anxiao.foundation.places.services import create_place, create_point
from anxiao.foundation.registers.declare import ImportContext
from anxiao.foundation.registers.models import SavedFilter
from anxiao.foundation.registers.services import upload_batch
from anxiao.loop.duties.models import Duty, Evidence, EvidenceFile, Exemption, Tally
from anxiao.loop.duties.services import import_plan, publish_plan, record_evidence
from anxiao.loop.hazards import services as hazards
from anxiao.loop.hazards.models import Criterion
from anxiao.loop.hazards.registers import HAZARDS
from anxiao.loop.inspections.models import Checklist
from anxiao.loop.inspections.rules import Submitted
from anxiao.loop.inspections.services import load_shipped_checklists, submit_inspection
from anxiao.loop.inspections.services.checklists import new_version
from anxiao.loop.inspections.services.refused import INSPECTION, body_of
from anxiao.loop.inspections.services.rounds import RoundPlan, StopPlan, save_round
from tests.builders import (
    AT,
    TODAY,
    actor_of,
    make_county,
    make_kindergarten,
    make_school,
    make_town,
    make_user,
)
from tests.foundation.files.corpus import PDF
from tests.loop.duties.plans import NOTICE
from tests.loop.hazards.books import write_ledger

DUE = TODAY + timedelta(days=7)
UNITS = ("S1", "S2", "K1", "S3", "S9")
COUNTIES = ("C1", "C9")
HAZARD_TEXTS = (
    *("description", "place_text", "basis", "cause", "remarks", "late_reason", "level_reason"),
    *("found_by_name", "suggested_measure", "interim_measure"),
)


def canary(key: str, kind: str = "") -> str:
    """The text that must not be read outside the unit of ``key``."""
    return f"CANARY-{key}-{kind}".rstrip("-")


@dataclass
class Target:
    """What belongs to one unit: names of records to ids, as routes want them."""

    key: str
    org: Org
    ids: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Holder:
    """A person with one role, at one unit, with a token."""

    role: str
    key: str
    user: Any
    secret: str

    @property
    def actor(self):
        return actor_of(self.user)


class World:
    """``targets`` by key, one ``holder`` per role; build it once, it takes some seconds."""

    def __init__(self) -> None:
        load_shipped_checklists(at=AT)
        self.gate = Checklist.objects.get(code="gate", owner=None)
        c1, c9 = (make_county(f"NAME-{key}") for key in COUNTIES)
        t1, t2, t9 = (
            make_town(county, f"NAME-{key}") for county, key in ((c1, "T1"), (c1, "T2"), (c9, "T9"))
        )
        orgs = {
            **{"C1": c1, "C9": c9, "T1": t1, "T2": t2, "T9": t9},
            "S1": make_school(t1, "NAME-S1", has_canteen=True),
            "S2": make_school(t1, "NAME-S2", has_canteen=True),
            "K1": make_kindergarten(t1, "NAME-K1"),
            "S3": make_school(t2, "NAME-S3", has_canteen=True),
            "S9": make_school(t9, "NAME-S9", has_canteen=True),
        }
        self.criterion = Criterion.objects.create(
            code="test-1", domain="消防", method="direct", text="安全出口锁闭", source="测试依据"
        )
        self.targets = {key: Target(key, org) for key, org in orgs.items()}
        for key in COUNTIES:
            self._county(self.targets[key])
        for key in orgs:
            self._level(self.targets[key])
        for key in UNITS:
            self._unit(self.targets[key])
        self.holders = [self._holder(role) for role in Role]
        self.photo_bytes = _picture(1)

    # What any level has.

    def _level(self, target: Target) -> None:
        key, org = target.key, target.org
        role = {"C": "county_safety", "T": "town_officer"}.get(key[0], "principal")
        writer = make_user(canary(key, "person"), (org, role), username=f"writer-{key.lower()}")
        actor = actor_of(writer)
        ids = target.ids
        ids["org"], ids["user"] = org.pk, writer.pk
        ids["membership"] = Membership.objects.get(user=writer).pk
        extra = make_user(canary(key, "colleague"), (org, "staff" if key in UNITS else role))
        ids["colleague"], ids["colleague_post"] = extra.pk, extra.memberships.get().pk
        invited = Invited(org, "principal" if key in UNITS else role, canary(key, "guest"), TODAY)
        invitation, _secret = invite(invited, actor=SYSTEM, at=AT)
        ids["invitation"] = invitation.pk
        ids["token"] = issue_token(writer, label=canary(key, "token"), at=AT)[1].pk
        term = Term.objects.create(
            org=org,
            name=canary(key, "term"),
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 1, 20),
        )
        day = DayOverride.objects.create(
            org=org, day=date(2026, 12, 1), kind="school", reason=canary(key, "day")
        )
        ids["term"], ids["day"] = term.pk, day.pk
        notify([writer.pk], text=canary(key, "message"), url="/", at=AT)
        ids["message"] = Message.objects.get(user=writer).pk
        ids["saved"] = SavedFilter.objects.create(
            uuid=uuid.uuid4(),
            user_id=writer.pk,
            slug="hazards",
            name=canary(key, "filter"),
            query="state=open",
            created_at=AT,
        ).uuid
        place = create_place(
            org, kind="building", name=canary(key, "place"), parent=None, actor=actor, at=AT
        )
        point = create_point(
            org,
            name=canary(key, "point"),
            kind="spot",
            place=place,
            key_part="gate",
            actor=actor,
            at=AT,
        )
        ids |= {"place": place.pk, "point": point.pk, "code": point.code}
        target.ids["batch"] = self._batch(target, actor)

    def _batch(self, target: Target, actor) -> uuid.UUID:
        book = io.BytesIO()
        texts = {"学校": target.org.name, "隐患描述": canary(target.key, "book")}
        write_ledger(book, texts, {**texts, "学校": canary(target.key, "nowhere")})
        context = ImportContext(actor, AT, target.org.path)
        name = canary(target.key, "book") + ".xlsx"
        return upload_batch(HAZARDS.importer, book.getvalue(), name, context).uuid

    # What a county has.

    def _county(self, target: Target) -> None:
        key, org = target.key, target.org
        clerk = actor_of(make_user(canary(key, "clerk"), (org, "county_safety")))
        public = NOTICE.replace("四季度方案", f"PUBLIC-{key}")
        publish_plan(import_plan(public, org, actor=clerk, at=AT), actor=clerk, at=AT)
        draft = NOTICE.replace('code = "Q4"', 'code = "draft"')
        for word in ("四季度方案", "应急演练", "每月疏散演练", "中小学每月一次。", "疏散演练"):
            draft = draft.replace(f'"{word}"', f'"{canary(key, "draft")}"')
        plan = import_plan(draft, org, actor=clerk, at=AT)
        clause = plan.clauses.first()
        target.ids |= {
            "plan": plan.pk,
            "plan_clause": clause.pk,
            "plan_duty": clause.duties.first().pk,
        }
        checklist = new_version("gate", org, actor=clerk, at=AT)
        items = [{**item, "text": canary(key, "item")} for item in checklist.items]
        Checklist.objects.filter(pk=checklist.pk).update(
            title=canary(key, "list"), note=canary(key, "list"), items=items
        )
        target.ids["checklist"] = checklist.pk
        robot = add_robot(
            org,
            channel="wecom",
            name=canary(key, "robot"),
            url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=CANARY-ROBOT",
            secret="",
            actor=clerk,
            at=AT,
        )
        target.ids["robot"] = robot.pk

    # What a school or kindergarten has.

    def _unit(self, target: Target) -> None:
        key, org, ids = target.key, target.org, target.ids
        writer = Membership.objects.select_related("user").get(pk=ids["membership"]).user
        other = make_user(canary(key, "officer"), (org, "safety_officer"))
        actor, second = actor_of(writer), actor_of(other)
        photo = self._photo(target, actor, 1)
        ids["upload"] = photo.uuid
        self._hazards(target, actor, second, photo)
        self._inspection(target, actor)
        self._proofs(target, actor)
        plan = RoundPlan(
            canary(key, "round"), "guard", "daily", 1, (StopPlan(ids["point"], "gate"),)
        )
        ids["round"] = save_round(org, plan, actor=actor, at=AT).pk
        ids["saved_upload"] = self._photo(target, actor, 2).uuid

    def _photo(self, target: Target, actor, seed: int):
        return store_upload(
            actor=actor,
            at=AT,
            org=target.org,
            uuid=uuid.uuid4(),
            name=canary(target.key, "photo") + ".jpg",
            content=_picture(seed + sum(map(ord, target.key))),
        )

    def _hazards(self, target: Target, actor, second, photo) -> None:
        key = target.key
        text = canary(key, "hazard")
        texts = dict.fromkeys(HAZARD_TEXTS, text)
        found = hazards.Found(
            uuid=uuid.uuid4(),
            org=target.org,
            source="self_check",
            category="fire",
            found_on=TODAY,
            photos=[photo],
            **texts,
        )
        hazard = hazards.open_hazard(found, actor=actor, at=AT)
        commitments = hazards.Commitments(
            responsible_unit=text,
            responsible_name=text,
            measure=text,
            funds=Decimal(0),
            due_on=DUE,
            contingency=text,
            interim_measure=text,
        )
        hazards.assign_hazard(hazard, commitments, actor=actor, at=AT)
        hazards.comment_hazard(hazard, text=canary(key, "comment"), actor=actor, at=AT)
        hazards.request_extension(
            hazard, new_due_on=DUE + timedelta(days=3), reason=text, actor=actor, at=AT
        )
        hazards.request_end(hazard, hazards.Ending("void", text), actor=second, at=AT)
        target.ids["hazard"], target.ids["photo"] = hazard.pk, hazard.photos.get().pk
        up = hazards.open_hazard(
            hazards.Found(
                uuid=uuid.uuid4(),
                org=target.org,
                source="self_check",
                category="fire",
                found_on=TODAY,
                **texts,
            ),
            actor=actor,
            at=AT,
        )
        hazards.report_up_hazard(up, reason=text, interim_measure=text, actor=actor, at=AT)
        target.ids["reported"] = up.pk

    def _inspection(self, target: Target, actor) -> None:
        ids, text = target.ids, canary(target.key, "inspection")
        photo = self._photo(target, actor, 3)
        answers: dict[str, Any] = {item["code"]: {"a": "pass"} for item in self.gate.items}
        wrong = next(item["code"] for item in self.gate.items if item["level"] == "ordinary")
        answers[wrong] = {"a": "fail", "note": text, "photos": [str(photo.uuid)]}
        signature = store_signature(
            actor=actor, at=AT, org=target.org, uuid=uuid.uuid4(), data_url=_signature()
        )
        submitted = Submitted(
            uuid=uuid.uuid4(),
            org_id=target.org.pk,
            checklist_id=self.gate.pk,
            kind="self_check",
            happened_on=TODAY,
            answers=answers,
            point_id=ids["point"],
            companions=text,
            remarks=text,
            late_reason=text,
            inspected_name=text[:60],
            unsigned_reason=text,
            inspector_signature=signature.uuid,
        )
        inspection, _new = submit_inspection(submitted, actor=actor, at=AT)
        ids |= {"inspection": inspection.pk, "inspection_photo": photo.uuid}
        other = body_of(replace(submitted, remarks=canary(target.key, "refused")))
        keep(AnotherBody(), other, subject=INSPECTION.subject, actor=actor, at=AT)
        ids["refused"] = Refused.objects.get(sender=actor.user_id).pk
        ids["finding"] = inspection.findings.get().hazard_id

    def _proofs(self, target: Target, actor) -> None:
        key, org, ids = target.key, target.org, target.ids
        text = canary(key, "proof")
        record_evidence(
            unit=org,
            kind="plan.approved",
            happened_on=TODAY,
            source=f"duties.hand:{key}",
            at=AT,
            actor=actor,
            note=text,
            late_reason=text,
        )
        evidence = Evidence.objects.get(source=f"duties.hand:{key}")
        document = store_upload(
            actor=actor,
            at=AT,
            org=org,
            uuid=uuid.uuid4(),
            name=f"{text}.pdf",
            content=PDF.replace(b"%%EOF", f"%{text}\n%%EOF".encode()),
        )
        file = EvidenceFile.objects.create(evidence=evidence, upload=document)
        duty = Duty.objects.get(
            plan__title__startswith="PUBLIC", code="2.1.g-1", plan__issuer=org.county
        )
        exemption = Exemption.objects.create(
            unit=org,
            duty=duty,
            from_on=TODAY,
            until_on=TODAY,
            reason=text,
            requested_by_id=actor.user_id,
            requested_at=AT,
        )
        cell = Tally.objects.filter(unit=org).order_by("pk").first()
        ids |= {
            "evidence": evidence.pk,
            "evidence_file": file.pk,
            "exemption": exemption.pk,
            "cell": cell.pk,
            "clause": duty.clause_id,
            "duty": duty.pk,
        }

    # Who asks.

    def _holder(self, role: str) -> Holder:
        key = "S1" if role in UNIT_ROLES else "C1"
        if role in {Role.SUPERVISOR, Role.TOWN_HEAD, Role.TOWN_OFFICER}:
            key = "T1"
        user = make_user(f"岗位{role}", (self.targets[key].org, role))
        secret, token = issue_token(user, label="矩阵", at=AT)
        type(token).objects.filter(pk=token.pk).update(last_used_at=AT)  # not its first use
        return Holder(role, key, user, secret)

    def position(self, holder: Holder, target: Target) -> str:
        """Where a target's unit stands, seen from a holder: own, parent, neighbour, outsider."""
        mine, theirs = self.targets[holder.key].org, target.org
        if theirs.path.startswith(mine.path):
            return "own"
        if mine.path.startswith(theirs.path):
            return "parent"
        return "neighbour" if theirs.county_id == mine.county_id else "outsider"

    def hidden_from(self, holder: Holder) -> list[bytes]:
        """Canaries that no answer to ``holder`` may hold."""
        words: list[str] = []
        for target in self.targets.values():
            place = self.position(holder, target)
            if place == "own":
                continue
            words.append(canary(target.key) + "-")
            if place == "outsider" or (place == "neighbour" and target.key in UNITS):
                words.append(f"NAME-{target.key}")
            if place == "outsider":
                words.append(f"PUBLIC-{target.key}")
        held = ROLE_CAPABILITIES[Role(holder.role)]
        for kind, needed in PRIVATE.items():
            if not held & needed:
                words += [canary(key, kind) for key in self.targets]
        return [word.encode() for word in words]


PRIVATE: dict[str, frozenset[str]] = {
    # Within one's own unit, too, a kind of text is for those who hold one of these.
    "hazard": frozenset({"hazards.view", "journal.view"}),  # the journal keeps reasons and names
    "comment": frozenset({"hazards.view"}),
    "proof": frozenset({"duties.view"}),
    "guest": frozenset({"people.invite", "people.view", "journal.view"}),
    "robot": frozenset({"messaging.manage", "journal.view"}),
    "draft": frozenset({"duties.plan", "journal.view"}),
    "item": frozenset({"inspections.checklists"}),
    # What belongs to a person is nobody else's.
    "message": frozenset(),
    "filter": frozenset(),
    "token": frozenset({"journal.view"}),  # whose line says which token was made or ended
    "book": frozenset(),
    "refused": frozenset(),
}


def _picture(seed: int) -> bytes:
    image = Image.new("RGB", (96, 64), (seed * 37 % 256, seed * 91 % 256, 120))
    ImageDraw.Draw(image).rectangle((seed % 60, 10, seed % 60 + 20, 40), fill=(255, seed % 256, 0))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def _signature() -> str:
    image = Image.new("RGB", (200, 80), "white")
    ImageDraw.Draw(image).line((20, 40, 180, 45), fill=(0, 0, 0), width=5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
