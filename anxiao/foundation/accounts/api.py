"""Signing in for programs: a name and a password become a token."""

import time
from datetime import datetime

from ninja import Router, Schema
from pydantic import Field

from anxiao.foundation.access.actor import Post
from anxiao.foundation.access.api import (
    PROBLEMS,
    ApiRequest,
    Body,
    Unauthorized,
    open_to_all,
)
from anxiao.foundation.access.limits import Limiter
from anxiao.foundation.accounts.http import ip_of
from anxiao.foundation.accounts.queries import posts_of
from anxiao.foundation.accounts.services import Claim, sign_in_for_token
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid

router = Router(tags=["accounts"])
TRIES = Limiter(per_minute=60, burst=300)
"""Per address, beside the limit per account: a whole school may stand behind one address."""


class Credentials(Body):
    """Who asks; ``code`` only where a second factor is bound; ``label`` names the program."""

    username: str = Field(min_length=1, max_length=150)
    password: str = Field(min_length=1, max_length=200)
    code: str = Field("", max_length=20)
    label: str = Field("", max_length=60)


class PostOut(Schema):
    """A unit where the person holds posts now."""

    id: int
    name: str
    kind: str
    county: int | None
    roles: list[str]


class TokenOut(Schema):
    """The token is shown this once; send it as ``Authorization: Bearer …``."""

    token: str
    expires_at: datetime
    user: int
    name: str
    units: list[PostOut]


@router.post(
    "/token",
    auth=None,
    response={200: TokenOut, **PROBLEMS},
    operation_id="sign_in_for_token",
    summary="用户名和密码换取令牌",
)
@open_to_all
def token(request: ApiRequest, payload: Credentials) -> TokenOut:
    """A token that acts with the person's posts, for 30 days."""
    ip = ip_of(request)
    TRIES.take(ip, time.monotonic())
    claim = Claim(payload.username, payload.password, ip)
    try:
        secret, row = sign_in_for_token(
            claim, at=request.at, code=payload.code, label=payload.label
        )
    except Invalid as error:
        raise Unauthorized(error.message or _first(error), error.fields) from error
    return TokenOut(
        token=secret,
        expires_at=row.expires_at,
        user=row.user_id,
        name=row.user.name,
        units=_units(posts_of(row.user_id, business_day(request.at))),
    )


def _units(posts: tuple[Post, ...]) -> list[PostOut]:
    units: dict[int, PostOut] = {}
    for post in posts:
        unit = units.setdefault(
            post.org_id,
            PostOut(
                id=post.org_id,
                name=post.org_name,
                kind=post.org_kind,
                county=post.county_id,
                roles=[],
            ),
        )
        unit.roles.append(post.role)
    return list(units.values())


def _first(error: Invalid) -> str:
    return next(iter(error.fields.values()), "")
