"""People, the posts they hold, how they are invited, and their tokens for programs."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES
from anxiao.foundation.access.scoping import ScopedQuerySet
from anxiao.foundation.orgs.models import Org


class User(AbstractUser):
    """A person. Signs in by user name or phone; what may be done is told by memberships alone.

    ``is_active`` false is a locked account. ``is_demo`` marks the accounts of the demo county,
    which may be entered by one click on a loopback address while the demo runs.
    """

    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机号"), max_length=20, null=True, blank=True, unique=True)
    must_change_password = models.BooleanField(_("须修改初始密码"), default=False)
    is_demo = models.BooleanField(_("演示账号"), default=False)
    current_membership = models.ForeignKey(
        "Membership", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("人员")

    def __str__(self) -> str:
        return self.name or self.username


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    view_capability = "people.view"


class Membership(models.Model):
    """A post (岗位): a role on a unit and all below it, from a day until a day (inclusive).

    ``ended_at`` takes the post away at once, whatever the dates say. A post at a unit that is
    closed or merged rests until the unit is opened again.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    org = models.ForeignKey(Org, models.PROTECT, related_name="memberships")
    role = models.CharField(_("岗位"), max_length=40)
    title = models.CharField(_("职务"), max_length=40, blank=True)
    from_on = models.DateField(_("任职开始"))
    until_on = models.DateField(_("任职结束"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("免去时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "org", "role"],
                condition=Q(until_on__isnull=True, ended_at__isnull=True),
                name="membership_open_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLE_CAPABILITIES)), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="membership_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False),
                name="membership_ended_by_when_ended",
            ),
        ]
        indexes = [models.Index(fields=["org", "role"], name="membership_org_role")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.org_id}:{self.role}"


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    view_capability = "people.invite"


class Invitation(models.Model):
    """A link that makes a post (and the account, if there is none), used once.

    Only the SHA-256 of its token is kept: the link is shown to its maker once.
    """

    digest = models.CharField(max_length=64, unique=True)
    org = models.ForeignKey(Org, models.CASCADE, related_name="invitations")
    role = models.CharField(_("岗位"), max_length=40)
    title = models.CharField(_("职务"), max_length=40, blank=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机号"), max_length=20, blank=True)
    from_on = models.DateField(_("任职开始"))
    until_on = models.DateField(_("任职结束"), null=True, blank=True)
    invited_by = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    used_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("邀请")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLE_CAPABILITIES)), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_used_or_revoked",
            ),
        ]
        indexes = [models.Index(fields=["org", "-created_at"], name="invitation_org_newest")]

    def __str__(self) -> str:
        return f"{self.name}@{self.org_id}:{self.role}"


class ResetLink(models.Model):
    """A link by which a person who forgot the password sets a new one, once."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="reset_links")
    created_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("重设密码链接")

    def __str__(self) -> str:
        return str(self.user_id)


class Token(models.Model):
    """A program's key: an actor with at most its owner's rights; only the SHA-256 is kept.

    ``only`` lists the capabilities it is narrowed to; null means all that the owner holds. Without
    ``second_factor`` it opens nothing of the bureau's posts, whenever its owner came by them.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    label = models.CharField(_("用途"), max_length=60)
    only = models.JSONField(_("权限"), null=True, blank=True)
    second_factor = models.BooleanField(_("已验证动态码"), default=False)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        indexes = [models.Index(fields=["user", "-created_at"], name="token_user_newest")]

    def __str__(self) -> str:
        return self.label


class SignInLimit(models.Model):
    """Wrong passwords and codes of one account in the current window; see ``limits``."""

    key = models.CharField(max_length=80, unique=True)
    count = models.PositiveSmallIntegerField()
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("登录限制")

    def __str__(self) -> str:
        return f"{self.key}:{self.count}"
