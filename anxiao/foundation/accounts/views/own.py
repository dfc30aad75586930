"""我的: own posts, password, second factor, sessions and tokens."""

from base64 import b64encode
from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.core import signing
from django.forms import Form
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anxiao.foundation.access.http import ActorRequest, signed_in
from anxiao.foundation.accounts import queries, services
from anxiao.foundation.accounts.forms import CodeForm, ContactForm, PasswordForm
from anxiao.foundation.accounts.http import (
    FACTOR_MISSING,
    factor_owed,
    ip_of,
    next_page,
    open_to_unready,
    renew_session,
)
from anxiao.foundation.accounts.models import User
from anxiao.foundation.accounts.rules import key_of, masked_phone
from anxiao.foundation.kernel.errors import Invalid, TooMany
from anxiao.foundation.ui.http import add_errors

SECRET_LASTS = 30 * 60
FRESH_CODES = "fresh_recovery_codes"


@signed_in
@never_cache
@require_GET
def me(request: ActorRequest) -> HttpResponseBase:
    """Own posts and everything about one's account."""
    user = own(request)
    context = {
        "user": user,
        "phone": masked_phone(user.phone),
        "second_factor": services.has_second_factor(user),
        "sessions": queries.session_count(user),
    }
    return render(request, "accounts/me.html", context)


@signed_in
@require_POST
def switch(request: ActorRequest) -> HttpResponseBase:
    """Make another of the own posts the current one."""
    chosen = key_of(request.POST.get("membership", ""))
    if chosen is None:
        raise Invalid(_("请选择一个岗位。"))
    services.switch_post(own(request), chosen, at=request.at)
    return redirect(next_page(request))


@open_to_unready
@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: ActorRequest) -> HttpResponseBase:
    """Change the password; every other session ends."""
    user = own(request)
    first = user.must_change_password
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        if _done(
            form,
            lambda: services.change_password(
                user, old=old, new=new, at=request.at, ip=ip_of(request)
            ),
        ):
            renew_session(request, user)
            services.end_sessions(user, at=request.at, keep=request.session.session_key or "")
            messages.success(request, _("密码已修改，其他设备上的登录已全部退出。"))
            return redirect("/" if first else "accounts:me")
    return render(request, "accounts/password.html", {"form": form, "first": first})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: ActorRequest) -> HttpResponseBase:
    """The own phone, by which one signs in, and the address of the daily mail."""
    user = own(request)
    form = ContactForm(request.POST or None, initial={"phone": user.phone, "email": user.email})
    if request.method == "POST" and form.is_valid():
        chosen = services.Contact(form.cleaned_data["phone"], form.cleaned_data["email"])
        password = form.cleaned_data["password"]
        if _done(
            form,
            lambda: services.change_contact(
                user, chosen, password=password, at=request.at, ip=ip_of(request)
            ),
        ):
            messages.success(request, _("手机号和邮箱已保存。"))
            return redirect("accounts:me")
    return render(request, "accounts/contact.html", {"form": form})


@open_to_unready
@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: ActorRequest) -> HttpResponseBase:
    """Bind an authenticator app, or see that it is bound."""
    user = own(request)
    if user.must_change_password:
        return redirect("accounts:password")
    if services.has_second_factor(user):
        return _bound(request, user)
    secret = _offered_secret(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if _done(
            form,
            lambda: services.enrol_second_factor(user, secret=secret, code=code, at=request.at),
        ):
            request.session[FACTOR_MISSING] = False
            request.session[FRESH_CODES] = True
            services.end_sessions(user, at=request.at, keep=request.session.session_key or "")
            return redirect("accounts:second-factor")
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    context = {
        "form": form,
        "qr": f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}",
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "sealed": signing.dumps([user.pk, secret], salt="totp"),
        "owed": factor_owed(request),
    }
    return render(request, "accounts/second_factor_bind.html", context)


@signed_in
@require_POST
def renew_codes(request: ActorRequest) -> HttpResponseBase:
    """New recovery codes against a code."""
    return _against_code(
        request, services.renew_recovery_codes, _("已换发新的恢复码，旧的作废。"), missing=False
    )


@signed_in
@require_POST
def drop_factor(request: ActorRequest) -> HttpResponseBase:
    """Unbind the app against a code; posts that need it will have to bind again."""
    return _against_code(request, services.drop_second_factor, _("已解除绑定。"), missing=True)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: ActorRequest) -> HttpResponseBase:
    """Where one is signed in, and the tokens of programs; end one or all others."""
    user = own(request)
    if request.method == "POST":
        only = key_of(request.POST.get("session", ""))
        keep = request.session.session_key or ""
        ended = services.end_sessions(user, at=request.at, keep=keep, only=only)
        messages.success(request, _("已退出 %(n)d 处登录。") % {"n": ended})
        return redirect("accounts:sessions")
    context = {
        "sessions": queries.sessions_of(user, request.session.session_key or ""),
        "tokens": queries.tokens_of(user, request.at),
    }
    return render(request, "accounts/sessions.html", context)


@signed_in
@require_POST
def revoke_token(request: ActorRequest, pk: int) -> HttpResponseBase:
    """End one of the own tokens."""
    token = queries.own_token(request.actor, pk)
    if token is None:
        raise Http404
    services.revoke_token(token, actor=request.actor, at=request.at)
    return redirect("accounts:sessions")


def own(request: ActorRequest) -> User:
    """The person who asks."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Whether ``act`` went through; if not, what to do about it stands on ``form``."""
    try:
        act()
    except Invalid as error:
        add_errors(form, error)
    except TooMany as error:
        form.add_error(None, error.message)
    else:
        return True
    return False


def _offered_secret(request: ActorRequest) -> str:
    """The secret that the page showed to this very person, else a new one."""
    try:
        user_id, secret = signing.loads(
            request.POST.get("sealed", ""), salt="totp", max_age=SECRET_LASTS
        )
    except signing.BadSignature:
        user_id, secret = 0, ""
    return str(secret if user_id == request.actor.user_id else generate_totp_secret())


def _bound(request: ActorRequest, user: User) -> HttpResponseBase:
    fresh = bool(request.session.pop(FRESH_CODES, False))
    context = {
        "form": CodeForm(),
        "left": services.recovery_codes_left(user),
        "codes": services.recovery_codes(user) if fresh else [],
    }
    return render(request, "accounts/second_factor.html", context)


def _against_code(
    request: ActorRequest, act: Callable[..., object], said: str, *, missing: bool
) -> HttpResponseBase:
    """Do ``act`` against the code that was sent; say what came of it on the factor's page."""
    form = CodeForm(request.POST)
    if form.is_valid() and _done(
        form, lambda: act(own(request), code=form.cleaned_data["code"], at=request.at)
    ):
        request.session[FACTOR_MISSING] = missing
        request.session[FRESH_CODES] = not missing
        messages.success(request, said)
    else:
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        messages.error(request, faults[0] if faults else _("请输入动态码。"))
    return redirect("accounts:second-factor")
