"""People and the posts they are given and lose."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxiao.foundation.access.actor import SYSTEM, Actor, require
from anxiao.foundation.access.capabilities import BUREAU_ROLES, ROLE_LABELS, UNIT_ROLES, Role
from anxiao.foundation.accounts import rules
from anxiao.foundation.accounts.models import Membership, User
from anxiao.foundation.accounts.queries import current, home_path
from anxiao.foundation.accounts.services.signing_in import check_strength
from anxiao.foundation.journal import services as journal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Conflict, Forbidden, Invalid
from anxiao.foundation.kernel.spellings import clean_text
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.orgs.states import OrgState


@dataclass(frozen=True, slots=True)
class PostData:
    """A post to be given: ``until_on`` is its last day, ``None`` for no end."""

    org: Org
    role: str
    from_on: date
    until_on: date | None = None
    title: str = ""


@transaction.atomic
def appoint_first_admin(
    org: Org, *, username: str, name: str, phone: str, password: str, at: datetime
) -> User:
    """The first security administrator of a level, named at the server's own command line.

    Everybody else is appointed by somebody. Raises ``Conflict`` when there is one, ``Invalid``.
    """
    Org.objects.select_for_update().get(pk=org.pk)
    there_is = Membership.objects.filter(
        current(business_day(at)), org=org, role=Role.SECURITY_ADMIN, user__is_active=True
    )
    if there_is.exists():
        raise Conflict(_("该单位已有安全管理员，请由其在网页上安排岗位。"))
    user = create_user(SYSTEM, at, username=username, name=name, phone=phone, password=password)
    grant_post(user, org, Role.SECURITY_ADMIN, business_day(at), actor=SYSTEM, at=at)
    return user


def create_user(
    actor: Actor,
    at: datetime,
    *,
    username: str,
    name: str,
    phone: str = "",
    password: str | None = None,
) -> User:
    """Make an account without a post; a ``password`` given here must be changed at first sign-in.

    For programs (demo, imports, first administrator); people come by invitation. Raises
    ``Forbidden`` unless the actor is the program or gives bureau posts, ``Invalid``.
    """
    if actor != SYSTEM and not actor.may_somewhere("people.grant"):
        raise Forbidden("people.grant")
    user = new_user(username=username, name=name, phone=phone)
    if password is None:
        user.set_unusable_password()
    else:
        check_strength(password, user)
        user.set_password(password)
        user.must_change_password = True
    with transaction.atomic():
        user.save(force_insert=True)
        journal.record("create", user, actor=actor, at=at, org_path=home_path(user.pk))
    return user


def new_user(*, username: str, name: str, phone: str) -> User:
    """An unsaved person with checked names. Raises ``Invalid`` with the fields at fault."""
    plain, number = rules.plain_name(username), rules.plain_phone(phone)
    faults = {
        "username": rules.username_fault(plain),
        "phone": rules.phone_fault(number),
        "name": "" if name.strip() else _("请填写姓名。"),
    }
    if not faults["username"] and User.objects.filter(username=plain).exists():
        faults["username"] = _("这个用户名已有人使用，请换一个。")
    if number and not faults["phone"] and User.objects.filter(phone=number).exists():
        faults["phone"] = _("这个手机号已有账号，请用原账号登录后再接受邀请。")
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        raise Invalid("", found)
    return User(username=plain, name=name.strip()[:40], phone=number or None)


@transaction.atomic
def grant_post(  # noqa: PLR0913 - the signature the whole house calls
    user: User,
    org: Org,
    role: str,
    from_on: date,
    until_on: date | None = None,
    *,
    actor: Actor,
    at: datetime,
    title: str = "",
) -> Membership:
    """Give ``user`` a post from a day until a day.

    Raises ``Forbidden`` when the actor may not give it there (nobody gives more than held, nobody
    gives himself a post of the bureau), ``Invalid`` when it does not fit: the kind of unit, dates,
    a post held already, or the separation of the three administrators.
    """
    may_give(actor, org, role, to_user_id=user.pk)
    return give(user, PostData(org, role, from_on, until_on, title), actor=actor, at=at)


def may_give(actor: Actor, org: Org, role: str, *, to_user_id: int | None = None) -> None:
    """Raise ``Forbidden`` or ``Invalid`` unless ``actor`` may give the post ``role`` at ``org``."""
    if role not in rules.ROLE_KINDS or org.kind not in rules.ROLE_KINDS[role]:
        raise Invalid(_("这个岗位不能设在该单位，请改选岗位或单位。"), {"role": _("请改选岗位。")})
    if org.state != OrgState.ACTIVE:
        raise Invalid(_("该单位已停办或并入其他单位，不能安排岗位。"))
    if actor == SYSTEM:
        return
    require(actor, "people.invite", org.path)
    if role in BUREAU_ROLES:
        require(actor, "people.grant", org.path)
    if role not in rules.grantable(actor.roles_at(org.path), org.kind):
        raise Forbidden(
            "people.invite",
            _("您的岗位不能授予“%(role)s”，请由上级单位办理。") % {"role": ROLE_LABELS[role]},
        )
    if to_user_id == actor.user_id and role not in UNIT_ROLES:
        raise Forbidden("people.grant", _("不能给自己安排这个岗位，请由他人办理。"))


def give(user: User, post: PostData, *, actor: Actor, at: datetime) -> Membership:
    """Write a post whose giving was allowed (``may_give``); inside a transaction."""
    User.objects.select_for_update().get(pk=user.pk)
    today = business_day(at)
    _check(user, post, today)
    membership = Membership.objects.create(
        user=user,
        org=post.org,
        role=post.role,
        title=post.title.strip()[:40],
        from_on=post.from_on,
        until_on=post.until_on,
        granted_by_id=actor.user_id or None,
    )
    detail = {
        "user": user.pk,
        "name": user.name,
        "role": post.role,
        "from_on": str(post.from_on),
        "until_on": str(post.until_on) if post.until_on else None,
    }
    journal.record("grant", membership, actor=actor, at=at, org_path=post.org.path, detail=detail)
    return membership


def _check(user: User, post: PostData, today: date) -> None:
    fault = rules.dates_fault(post.from_on, post.until_on, today)
    if fault:
        raise Invalid("", {"until_on": fault})
    running = Membership.objects.filter(user=user, ended_at__isnull=True).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=today)
    )
    held = list(running.values_list("org_id", "role"))
    if (post.org.pk, post.role) in held:
        fault = _("%(name)s已担任这个岗位，无需重复安排。") % {"name": user.name}
        raise Invalid(fault, {"role": fault})
    fault = rules.separation_fault({role for _org, role in held}, post.role)
    if fault:
        raise Invalid(fault, {"role": fault})


@transaction.atomic
def end_post(membership: Membership, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """Take a post away at once. Raises ``Forbidden`` as ``grant_post``, ``Conflict`` if ended."""
    org = membership.org
    if actor != SYSTEM:
        require(actor, "people.invite", org.path)
        if membership.role not in rules.grantable(actor.roles_at(org.path), org.kind):
            raise Forbidden("people.invite", _("您的岗位不能免去这个岗位，请由上级单位办理。"))
        if membership.user_id == actor.user_id and membership.role in BUREAU_ROLES:
            raise Forbidden("people.grant", _("不能免去自己的这个岗位，请由他人办理。"))
    rows = Membership.objects.filter(pk=membership.pk, ended_at__isnull=True)
    if not rows.update(ended_at=at, ended_by=actor.user_id or None):
        raise Conflict(_("这个岗位刚刚已被免去，请刷新后查看。"))
    detail = {
        "user": membership.user_id,
        "role": membership.role,
        "reason": clean_text(reason)[:200],
    }
    journal.record("end_post", membership, actor=actor, at=at, org_path=org.path, detail=detail)
    membership.ended_at = at


def switch_post(user: User, membership_id: int, *, at: datetime) -> None:
    """Make one of the own posts in force the current one; ``Invalid`` if it is not."""
    held = Membership.objects.filter(current(business_day(at)), user=user, pk=membership_id)
    if not held.exists():
        raise Invalid(_("这个岗位已结束，请选择其他岗位。"))
    User.objects.filter(pk=user.pk).update(current_membership=membership_id)
