"""A unit's page, its profile, and what the bureau does to a unit."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anxiao.foundation.access.actor import Actor
from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.orgs import queries, services
from anxiao.foundation.orgs.forms import (
    MergeForm,
    NewOrgForm,
    ProfileForm,
    ReasonForm,
    RenameForm,
)
from anxiao.foundation.orgs.models import Org, Profile
from anxiao.foundation.orgs.rules import may_stand_below
from anxiao.foundation.orgs.states import OrgKind, OrgState, Stage
from anxiao.foundation.ui.http import add_errors

ACTIONS = {
    "create": gettext_lazy("新建"),
    "edit_profile": gettext_lazy("修改基本情况"),
    "rename": gettext_lazy("更名"),
    "close": gettext_lazy("停办"),
    "reopen": gettext_lazy("恢复"),
    "merge": gettext_lazy("并入其他单位"),
    "absorb": gettext_lazy("接收并入单位"),
    "add_term": gettext_lazy("设置学期"),
    "remove_term": gettext_lazy("删除学期"),
    "set_day": gettext_lazy("设置调休"),
    "clear_day": gettext_lazy("取消调休"),
}


@page("orgs.view")
@require_GET
def home(request: ActorRequest) -> HttpResponseBase:
    """To the unit of the current post."""
    if request.post is None:
        raise Http404
    return redirect("orgs:detail", request.post.org_id)


@page("orgs.view")
@require_GET
def detail(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Profile, people, calendar, units below, history."""
    found = queries.unit_page(_org(request.actor, "orgs.view", pk))
    org = found.org
    context = {
        "page": found,
        "org": org,
        "facts": _facts(found.profile) if found.profile else [],
        "steps": [_step(entry) for entry in found.history],
        "closed": org.state != OrgState.ACTIVE,
        "may": {
            "edit": org.is_unit and request.actor.may("orgs.edit", org.path),
            "manage": request.actor.may("orgs.manage", org.parent_path),
            "found": request.actor.may("orgs.manage", org.path),
            "people": request.actor.may("people.view", org.path),
        },
    }
    return render(request, "orgs/detail.html", context)


@page("orgs.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Change the profile."""
    org = _org(request.actor, "orgs.edit", pk)
    profile = Profile.objects.visible_with(request.actor, "orgs.edit").filter(org=org).first()
    if profile is None:
        raise Http404
    names = asdict(services.ProfileData())
    initial = {name: getattr(profile, name) for name in names}
    form = ProfileForm(request.POST or None, initial=initial, kind=org.kind)

    def save(values: dict[str, Any]) -> Org:
        data = services.ProfileData(**values)
        services.update_profile(org, actor=request.actor, at=request.at, data=data)
        return org

    return _form_page(request, form, org, save, _("修改基本情况"))


@page("orgs.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Found a unit below ``pk``."""
    parent = _org(request.actor, "orgs.manage", pk)
    kinds = [each for each in OrgKind.choices if may_stand_below(each[0], parent.kind)]
    initial = {"opened_on": business_day(request.at)}
    form = NewOrgForm(request.POST or None, kinds=kinds, initial=initial)

    def save(values: dict[str, Any]) -> Org:
        data = services.OrgData(parent=parent, **values)
        return services.create_org(request.actor, request.at, data=data)

    return _form_page(request, form, parent, save, _("新建单位"))


@page("orgs.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Give a unit another name."""
    org = _org(request.actor, "orgs.manage", pk)
    form = RenameForm(
        request.POST or None, initial={"name": org.name, "short_name": org.short_name}
    )

    def save(values: dict[str, Any]) -> Org:
        return services.rename_org(org, actor=request.actor, at=request.at, **values)

    return _form_page(request, form, org, save, _("单位更名"))


@page("orgs.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Close a unit."""
    return _with_reason(request, pk, services.close_org, _("停办单位"))


@page("orgs.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Open a closed unit again."""
    return _with_reason(request, pk, services.reopen_org, _("恢复单位"))


@page("orgs.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Merge a unit into another."""
    org = _managed(request.actor, pk)
    form = MergeForm(request.POST or None, candidates=queries.merge_candidates(org, request.actor))

    def save(values: dict[str, Any]) -> Org:
        into: Org = values["into"]
        services.merge_org(org, into, reason=values["reason"], actor=request.actor, at=request.at)
        return into

    return _form_page(request, form, org, save, _("并入其他单位"), danger=True)


def _with_reason(
    request: ActorRequest, pk: int, act: Callable[..., None], title: str
) -> HttpResponseBase:
    org = _managed(request.actor, pk)
    form = ReasonForm(request.POST or None)

    def save(values: dict[str, Any]) -> Org:
        act(org, reason=values["reason"], actor=request.actor, at=request.at)
        return org

    return _form_page(request, form, org, save, title, danger=True)


def _form_page(
    request: ActorRequest,
    form: Form,
    org: Org,
    save: Callable[[dict[str, Any]], Org],
    title: str,
    *,
    danger: bool = False,
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save(form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%(title)s：已办理。") % {"title": title})
            return redirect("orgs:detail", saved.pk)
    context = {"form": form, "org": org, "title": title, "danger": danger}
    return render(request, "orgs/form.html", context)


def _org(actor: Actor, capability: str, pk: int) -> Org:
    """A unit in the actor's sight; ``Forbidden`` where it is seen but not theirs to change."""
    org = get_object_or_404(
        Org.objects.visible_to(actor).select_related("parent", "county", "merged_into"), pk=pk
    )
    if not actor.may(capability, org.path):
        raise Forbidden(capability)
    return org


def _managed(actor: Actor, pk: int) -> Org:
    """A unit whose level above the actor manages."""
    org = _org(actor, "orgs.manage", pk)
    if not actor.may("orgs.manage", org.parent_path):
        raise Forbidden("orgs.manage")
    return org


def _facts(profile: Profile) -> list[dict[str, Any]]:
    yes, no = _("有"), _("无")
    stages = [str(Stage(stage).label) for stage in profile.stages if stage in Stage.values]
    return [
        {"label": _("学段"), "value": _("、").join(stages)},
        {"label": _("办学性质"), "value": profile.get_ownership_display()},
        {"label": _("在校生"), "value": _number(profile.pupils)},
        {"label": _("寄宿"), "value": _boarding(profile)},
        {"label": _("教职工"), "value": _number(profile.staff)},
        {"label": _("校（园）长"), "value": profile.principal},
        {"label": _("联系电话"), "value": profile.phone},
        {"label": _("食堂"), "value": yes if profile.has_canteen else no},
        {"label": _("校车"), "value": _("%(n)d 辆") % {"n": profile.buses}},
        {"label": _("实验室"), "value": yes if profile.has_labs else no},
        {"label": _("在建工程"), "value": yes if profile.has_construction else no},
        {"label": _("取暖方式"), "value": profile.get_heating_display()},
        {"label": _("经纬度"), "value": _position(profile)},
        {"label": _("备注"), "value": profile.remarks},
    ]


def _boarding(profile: Profile) -> str:
    if not profile.is_boarding:
        return _("走读")
    return f"{_('寄宿')} {_number(profile.boarders)}".strip()


def _number(value: int | None) -> str:
    return "" if value is None else _("%(n)d 人") % {"n": value}


def _position(profile: Profile) -> str:
    if profile.latitude is None or profile.longitude is None:
        return ""
    return _("，").join((str(profile.latitude), str(profile.longitude)))


def _step(entry: Entry) -> dict[str, Any]:
    detail = entry.detail
    parts = [detail.get("reason", "")]
    if entry.action == "rename":
        parts.append(f"{detail['from']} → {detail['to']}")
    parts.append(detail.get("into_name") or detail.get("absorbed_name") or "")
    label = ACTIONS.get(entry.action, entry.action)
    text = _("，").join(part for part in parts if part)
    return {"label": label, "who": entry.actor_name, "at": entry.at, "text": text}
