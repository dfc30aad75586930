"""What a form answers when its body was refused under a known UUID."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from anxiao.foundation.access.http import ActorRequest
from anxiao.foundation.conflicts.services import keep
from anxiao.foundation.kernel.errors import AnotherBody


def shown_beside(
    request: ActorRequest, refusal: AnotherBody, body: Mapping[str, Any], *, subject: str
) -> HttpResponseRedirect:
    """Keep the body, and show it beside the record that came before."""
    kept = keep(refusal, body, subject=subject, actor=request.actor, at=request.at)
    messages.warning(request, kept.message)
    return redirect(kept.link)
