"""People of a unit: posts, invitations, forgotten passwords."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.accounts import queries, services
from anxiao.foundation.accounts.forms import InviteForm
from anxiao.foundation.accounts.models import Invitation, Membership
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.http import add_errors

LINK = "link_to_show"


@page("people.view")
@require_GET
def own_people(request: ActorRequest) -> HttpResponseBase:
    """To the people of the unit of the current post."""
    if request.post is None:
        raise Http404
    return redirect("accounts:people", request.post.org_id)


@page("people.view")
@never_cache
@require_GET
def people(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """Who holds which post at a unit, and who is invited."""
    org = _org(request, org_id)
    rows = queries.people_of(org, request.actor, business_day(request.at))
    context = {
        "org": org,
        "current": [row for row in rows if row.state != "ended"],
        "ended": [row for row in rows if row.state == "ended"],
        "invitations": queries.invitations_of(org, request.actor, request.at),
        "may_invite": bool(queries.givable_roles(request.actor, org)),
    }
    return render(request, "accounts/people.html", context)


@page("people.invite")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """Invite somebody to a post at a unit."""
    org = _org(request, org_id)
    initial = {"from_on": business_day(request.at), "role": request.GET.get("role", "")}
    roles = queries.givable_roles(request.actor, org)
    form = InviteForm(request.POST or None, initial=initial, roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.invite(
                services.Invited(org=org, **form.cleaned_data), actor=request.actor, at=request.at
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            url = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
            return _show_once(request, org, made.name, url, "invitation")
    context = {"form": form, "org": org, "roles": roles}
    return render(request, "accounts/invite.html", context)


@page("people.invite", "people.secure")
@never_cache
@require_GET
def link(request: ActorRequest, org_id: int) -> HttpResponseBase:
    """A link that was just made, shown once."""
    shown = request.session.pop(LINK, None)
    org = _org(request, org_id)
    if not shown or shown["org_id"] != org.pk:
        return redirect("accounts:people", org.pk)
    return render(request, "accounts/link.html", {"org": org, **shown})


@page("people.invite")
@require_POST
def revoke_invitation(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Make an invitation useless."""
    found = get_object_or_404(
        Invitation.objects.visible_to(request.actor).select_related("org"), pk=pk
    )
    services.revoke_invitation(found, actor=request.actor, at=request.at)
    messages.success(request, _("邀请已撤回。"))
    return redirect("accounts:people", found.org_id)


@page("people.invite")
@require_POST
def end_post(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a post away at once."""
    found = get_object_or_404(
        Membership.objects.visible_to(request.actor).select_related("org", "user"), pk=pk
    )
    services.end_post(
        found, actor=request.actor, at=request.at, reason=request.POST.get("reason", "")
    )
    messages.success(request, _("%(name)s的岗位已免去，立即生效。") % {"name": found.user.name})
    return redirect("accounts:people", found.org_id)


@page("people.invite", "people.secure")
@require_POST
def make_reset_link(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A link for a person who forgot the password; ``pk`` is one of the person's posts."""
    found = get_object_or_404(
        Membership.objects.visible_to(request.actor).select_related("org", "user"), pk=pk
    )
    secret = services.make_reset_link(found.user, actor=request.actor, at=request.at)
    url = request.build_absolute_uri(reverse("accounts:reset", args=[secret]))
    return _show_once(request, found.org, found.user.name, url, "reset")


def _org(request: ActorRequest, org_id: int) -> Org:
    """A unit whose people the actor may see."""
    return get_object_or_404(Org.objects.visible_with(request.actor, "people.view"), pk=org_id)


def _show_once(request: ActorRequest, org: Org, name: str, url: str, what: str) -> HttpResponseBase:
    request.session[LINK] = {"org_id": org.pk, "name": name, "url": url, "what": what}
    return redirect("accounts:link", org.pk)
