"""Signing in and out; links that need no account."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anxiao.foundation.access.http import ActorRequest, public, signed_in
from anxiao.foundation.accounts import services
from anxiao.foundation.accounts.forms import (
    AccountForm,
    CodeForm,
    NewPasswordForm,
    SignInForm,
)
from anxiao.foundation.accounts.http import (
    end_session,
    ip_of,
    is_local_demo,
    known_devices,
    next_page,
    open_to_unready,
    remember_device,
    start_session,
)
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.queries import active_user, demo_accounts
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid, TooMany
from anxiao.foundation.ui.http import add_errors

PENDING, PENDING_LASTS = "pending_sign_in", timedelta(minutes=5)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ActorRequest) -> HttpResponseBase:
    """User name or phone, and password; the second factor comes after."""
    if request.actor.user_id:
        return redirect(next_page(request))
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        claim = services.Claim(
            form.cleaned_data["username"],
            form.cleaned_data["password"],
            ip_of(request),
            known_devices(request),
        )
        try:
            return _past_password(request, services.check_password(claim, at=request.at))
        except Invalid as error:
            add_errors(form, error)
        except TooMany as error:
            form.add_error(None, error.message)
            status = error.status
    demo = demo_accounts(business_day(request.at)) if is_local_demo(request) else []
    wanted = next_page(request, "")
    context = {
        "form": form,
        "next": wanted,
        "returns": wanted not in {"", "/"} and not form.is_bound,
        "demo": _by_unit(demo),
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: ActorRequest) -> HttpResponseBase:
    """The code of those who have bound an authenticator app."""
    user = _pending_user(request)
    if user is None:
        return redirect("accounts:sign-in")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            way = services.check_code(
                user, form.cleaned_data["code"], at=request.at, ip=ip_of(request)
            )
        except Invalid as error:
            add_errors(form, error)
        except TooMany as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            return _enter(request, user, way=way, wanted=request.session[PENDING]["next"])
    return render(request, "accounts/sign_in_code.html", {"form": form}, status=status)


@open_to_unready
@signed_in
@require_POST
def sign_out(request: ActorRequest) -> HttpResponseBase:
    """End this session."""
    end_session(request, _self(request), why="asked")
    return redirect("accounts:sign-in")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo(request: ActorRequest) -> HttpResponseBase:
    """One click into a demo account; on a loopback address of a running demo, else no such page."""
    if not is_local_demo(request):
        raise Http404
    accounts = demo_accounts(business_day(request.at))
    if request.method == "POST":
        chosen = [each for each in accounts if str(each.user_id) == request.POST.get("user")]
        if not chosen:
            raise Http404
        start_session(request, chosen[0].user, way="demo", second_factor=False)
        return redirect(next_page(request))
    return render(request, "accounts/demo.html", {"demo": _by_unit(accounts)})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: ActorRequest, secret: str) -> HttpResponseBase:
    """Accept an invitation: as somebody new, or with the account one is signed in with."""
    found = services.find_invitation(secret, at=request.at)
    if request.actor.user_id and request.POST.get("as") == "known":
        user = services.accept_as_known(secret, _self(request), at=request.at)
        return _welcome(request, user)
    form = AccountForm(request.POST or None, phone_known=bool(found.phone))
    if request.method == "POST" and not request.actor.user_id and form.is_valid():
        values = form.cleaned_data
        account = services.NewAccount(values["username"], values["new"], values.get("phone", ""))
        try:
            user = services.accept_as_new(secret, account, at=request.at)
        except Invalid as error:
            add_errors(form, error)
        except TooMany as error:
            form.add_error(None, error.message)
        else:
            return _welcome(request, user)
    return render(request, "accounts/invitation.html", {"form": form, "invitation": found})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: ActorRequest, secret: str) -> HttpResponseBase:
    """Set a forgotten password by a link; then sign in with it (and the second factor)."""
    link = services.find_reset_link(secret, at=request.at)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.use_reset_link(secret, form.cleaned_data["new"], at=request.at)
        except Invalid as error:
            add_errors(form, error)
        else:
            services.end_all_sessions(user)
            return redirect("accounts:sign-in")
    return render(request, "accounts/reset.html", {"form": form, "name": link.user.name})


def _past_password(request: ActorRequest, user: User) -> HttpResponse:
    wanted = next_page(request)
    if not services.has_second_factor(user):
        return _enter(request, user, way="password", wanted=wanted)
    request.session.flush()
    request.session[PENDING] = {
        "user": user.pk,
        "at": request.at.timestamp(),
        "hash": user.get_session_auth_hash(),
        "next": wanted,
    }
    return redirect("accounts:sign-in-code")


def _pending_user(request: ActorRequest) -> User | None:
    """Who has just given the right password here, unless it was changed or too long ago."""
    pending: dict[str, Any] = request.session.get(PENDING) or {}
    if not pending or request.at.timestamp() - pending["at"] > PENDING_LASTS.total_seconds():
        return None
    user = active_user(pending["user"])
    return user if user and user.get_session_auth_hash() == pending["hash"] else None


def _enter(request: ActorRequest, user: User, *, way: str, wanted: str) -> HttpResponse:
    start_session(request, user, way=way, second_factor=way in {"code", "recovery"})
    response = redirect(wanted)
    remember_device(request, response, user)
    return response


def _welcome(request: ActorRequest, user: User) -> HttpResponse:
    if not request.actor.user_id:
        return _enter(request, user, way="invitation", wanted=reverse("accounts:me"))
    return redirect("accounts:me")


def _self(request: ActorRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404(_("请先登录。"))
    return request.user


def _by_unit(accounts: list[Any]) -> list[dict[str, Any]]:
    """Demo accounts grouped by unit, in the order of the tree."""
    groups: dict[int, dict[str, Any]] = {}
    for each in accounts:
        group = groups.setdefault(each.org_id, {"org": each.org.name, "accounts": []})
        group["accounts"].append(
            {"user_id": each.user_id, "name": each.user.name, "role": each.role}
        )
    return list(groups.values())
