"""Reads of plans: as plain values, previews, costs, differences."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _

from anxiao.loop.duties.catalog import (
    Change,
    ClauseData,
    DutyData,
    HeadData,
    PlanData,
    differences,
)
from anxiao.loop.duties.catalog.fields import DUTY
from anxiao.loop.duties.models import Binding, Clause, Duty, Plan
from anxiao.loop.duties.queries.subjects import bound_units
from anxiao.loop.duties.rules import minutes_a_week
from anxiao.loop.duties.states import DutyLevel, PlanState

NAMES_SHOWN = 300


@dataclass(frozen=True, slots=True)
class DutyPreview:
    """Whom one duty binds: how many, and the first of them by name."""

    duty: Duty
    count: int
    names: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class PostCost:
    """What a plan costs one post in an ordinary week of term.

    ``minutes`` is the most that a single unit's post is asked; ``average`` the mean over the units
    bound; ``duties`` the number of duties the post owns.
    """

    owner: str
    level: str
    duties: int
    minutes: float
    average: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would do."""

    duties: tuple[DutyPreview, ...]
    costs: tuple[PostCost, ...]
    units: int


def clauses_of(plan: Plan) -> list[Clause]:
    """Clauses in order, each with its duties; two queries."""
    duties = Prefetch("duties", Duty.objects.order_by("id"))
    return list(plan.clauses.order_by("position", "id").prefetch_related(duties))


def plan_data(plan: Plan) -> PlanData:
    """The plan as plain values."""
    return PlanData(
        HeadData(
            code=plan.code,
            title=plan.title,
            number=plan.number,
            issuer=plan.issuer_name,
            from_on=plan.from_on,
            to_on=plan.to_on,
        ),
        dict(plan.evidence_labels),
        tuple(_clause_data(clause) for clause in clauses_of(plan)),
    )


def plan_differences(before: Plan, after: Plan) -> list[Change]:
    """What two plans differ in."""
    return differences(plan_data(before), plan_data(after))


def newest_version(plan_code: str, issuer_id: int) -> Plan | None:
    """The newest version of a plan, in whatever state."""
    return Plan.objects.filter(issuer=issuer_id, code=plan_code).order_by("-version").first()


def published_version(plan: Plan) -> Plan | None:
    """The version of the same plan that is published now: what publishing ``plan`` would retire."""
    same = Plan.objects.filter(issuer=plan.issuer_id, code=plan.code, state=PlanState.PUBLISHED)
    return same.exclude(pk=plan.pk).first()


def duty_cost(duty: Duty) -> float:
    """Minutes a week that one duty costs its post."""
    return round(minutes_a_week(duty.cadence, duty.times, duty.minutes), 1)


def preview(plan: Plan) -> Preview:
    """Whom a draft would bind if it were published now, and what it costs each post."""
    duties = list(plan.duties.select_related("clause").order_by("clause__position", "id"))
    bound = bound_units(duties, plan.issuer)
    previews = tuple(
        DutyPreview(
            duty,
            len(bound[duty.pk]),
            tuple(subject.name for subject in bound[duty.pk][:NAMES_SHOWN]),
        )
        for duty in duties
    )
    loads: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for duty in duties:
        cost = minutes_a_week(duty.cadence, duty.times, duty.minutes)
        for subject in bound[duty.pk]:
            loads[duty.owner, duty.level][subject.unit_id] += cost  # type: ignore[assignment]
    owned = Counter((duty.owner, duty.level) for duty in duties)
    costs = tuple(
        _cost(post, owned[post], max(load.values()), sum(load.values()) / len(load))
        for post, load in loads.items()
    )
    units = len({subject.unit_id for each in bound.values() for subject in each})
    return Preview(previews, _dearest_first(costs), units)


def weekly_cost(plan: Plan) -> tuple[PostCost, ...]:
    """Minutes a week that a plan costs each post, dearest first.

    Of a published plan by its bindings (two queries; ``minutes`` is what a unit bound by all of
    the post's duties is asked), of a draft by whom it would bind now.
    """
    if plan.state == PlanState.DRAFT:
        return preview(plan).costs
    duties = list(plan.duties.all())
    counts = dict(
        Binding.objects.filter(duty__plan=plan, until_on__isnull=True)
        .order_by()
        .values_list("duty")
        .annotate(units=Count("id"))
    )
    units: Counter[tuple[str, str]] = Counter()
    most: dict[tuple[str, str], float] = defaultdict(float)
    total: dict[tuple[str, str], float] = defaultdict(float)
    owned = Counter((duty.owner, duty.level) for duty in duties)
    for duty in duties:
        post, count = (duty.owner, duty.level), counts.get(duty.pk, 0)
        cost = minutes_a_week(duty.cadence, duty.times, duty.minutes)
        units[post] = max(units[post], count)
        most[post] += cost if count else 0
        total[post] += cost * count
    return _dearest_first(
        tuple(
            _cost(post, owned[post], most[post], total[post] / units[post])
            for post in owned
            if units[post]
        )
    )


def _cost(post: tuple[str, str], duties: int, minutes: float, average: float) -> PostCost:
    return PostCost(post[0], post[1], duties, round(minutes, 1), round(average, 1))


def _dearest_first(costs: tuple[PostCost, ...]) -> tuple[PostCost, ...]:
    order = list(DutyLevel.values)
    return tuple(sorted(costs, key=lambda each: (order.index(each.level), -each.minutes)))


def _clause_data(clause: Clause) -> ClauseData:
    return ClauseData(
        code=clause.code,
        chapter=clause.chapter,
        section=clause.section,
        title=clause.title,
        demand=clause.demand,
        kind=clause.kind,
        duties=tuple(duty_data(duty) for duty in clause.duties.all()),
    )


def duty_data(duty: Duty) -> DutyData:
    """One duty as plain values."""
    values = {name: getattr(duty, name) for name in DUTY}
    return DutyData(**{**values, "evidence": tuple(duty.evidence)})


def evidence_by_section(clause: Clause) -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of proof of a clause's plan, under the section whose duties ask for them first.

    The clause's own section leads, what no duty asks for yet comes last.
    """
    plan = clause.plan
    asked = Duty.objects.filter(plan=plan).order_by("clause__position", "id")
    first: dict[str, str] = {}
    for section, chapter, kinds in asked.values_list(
        "clause__section", "clause__chapter", "evidence"
    ):
        for kind in kinds:
            first.setdefault(kind, _heading(chapter, section))
    own = _heading(clause.chapter, clause.section)
    groups: dict[str, list[tuple[str, str]]] = {own: []}
    groups |= {name: [] for name in first.values()}
    unused = _("尚未使用")
    for kind, label in plan.evidence_labels.items():
        groups.setdefault(first.get(kind, unused), []).append((kind, label))
    return [(name, kinds) for name, kinds in groups.items() if kinds]


def _heading(chapter: str, section: str) -> str:
    return " · ".join(filter(None, (chapter, section)))
