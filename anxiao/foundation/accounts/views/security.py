"""The security administrator's pages: accounts of the area, locks, lost authenticators."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.accounts import queries, services
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.rules import masked_phone
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid

PAGE = 50


@page("people.secure")
@never_cache
@require_GET
def accounts(request: ActorRequest) -> HttpResponseBase:
    """Accounts of the area, newest first, found by name, user name or phone."""
    words = request.GET.get("q", "")
    shown, following = queries.page_of_accounts(
        request.actor, words, after=request.GET.get("after", ""), size=PAGE
    )
    locked = queries.accounts_secured_by(request.actor).filter(is_active=False).count()
    context = {"accounts": shown, "q": words, "next": following, "locked": locked}
    return render(request, "accounts/security.html", context)


@page("people.secure")
@never_cache
@require_GET
def account(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One account: its posts, its state, what can be done."""
    user = _user(request, pk)
    context = {
        "account": user,
        "phone": masked_phone(user.phone),
        "posts": queries.posts_secured_by(request.actor, user, business_day(request.at)),
        "second_factor": services.has_second_factor(user),
        "sessions": queries.session_count(user),
        "is_self": user.pk == request.actor.user_id,
    }
    return render(request, "accounts/account.html", context)


@page("people.secure")
@require_POST
def lock(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Lock an account at once."""
    user, reason = _user(request, pk), request.POST.get("reason", "")
    return _act(
        request,
        user,
        lambda: services.lock_account(user, reason=reason, actor=request.actor, at=request.at),
        _("账号已锁定，此人的登录已全部退出。"),
    )


@page("people.secure")
@require_POST
def unlock(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Unlock an account and forget wrong passwords."""
    user = _user(request, pk)
    return _act(
        request,
        user,
        lambda: services.unlock_account(user, actor=request.actor, at=request.at),
        _("账号已解锁，可以重新登录。"),
    )


@page("people.secure")
@require_POST
def reset_factor(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Unbind a lost authenticator app."""
    user, reason = _user(request, pk), request.POST.get("reason", "")
    return _act(
        request,
        user,
        lambda: services.reset_second_factor(
            user, reason=reason, actor=request.actor, at=request.at
        ),
        _("动态码已解除，此人下次登录时重新绑定。"),
    )


@page("people.secure")
@require_POST
def correct_phone(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Put a person's phone right."""
    user, asked = _user(request, pk), request.POST
    phone, reason = asked.get("phone", ""), asked.get("reason", "")
    return _act(
        request,
        user,
        lambda: services.correct_phone(
            user, phone, reason=reason, actor=request.actor, at=request.at
        ),
        _("手机号已更正，此人的登录已全部退出。"),
    )


def _user(request: ActorRequest, pk: int) -> User:
    return get_object_or_404(queries.accounts_secured_by(request.actor), pk=pk)


def _act(request: ActorRequest, user: User, act: Callable[[], None], said: str) -> HttpResponseBase:
    try:
        act()
    except Invalid as error:
        messages.error(request, error.message or next(iter(error.fields.values())))
    else:
        messages.success(request, said)
    return redirect("accounts:account", user.pk)
