"""Inbox, notification settings, group robots."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.accounts.rules import key_of
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.messaging import queries, services
from anxiao.foundation.messaging.forms import PreferenceForm, RobotForm
from anxiao.foundation.messaging.models import Robot
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.http import add_errors


@page("messaging.view")
def inbox(request: ActorRequest) -> HttpResponseBase:
    """The person's messages, newest first, keyset pages of 50."""
    rows = queries.inbox_page(request.actor, key_of(request.GET.get("before", "")))
    context = {
        "rows": rows,
        "unread": queries.unread_count(request.actor.user_id),
        "next": f"?before={rows[-1].pk}" if len(rows) == queries.PAGE else "",
    }
    return render(request, "messaging/inbox.html", context)


@page("messaging.view")
@require_POST
def read_all(request: ActorRequest) -> HttpResponseBase:
    """Mark everything read."""
    services.mark_read(request.actor, None, at=request.at)
    return redirect("messaging:inbox")


@page("messaging.view")
def open_message(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Mark one message read and go where it points (POST: opening changes something)."""
    message = get_object_or_404(queries.inbox(request.actor), pk=pk)
    if request.method == "POST":
        services.mark_read(request.actor, [message.pk], at=request.at)
    return redirect(message.url or "messaging:inbox")


@page("messaging.view")
def preference(request: ActorRequest) -> HttpResponseBase:
    """When the digest comes and when it is quiet."""
    form = PreferenceForm(request.POST or None, initial=services.preference_of(request.actor))
    if request.method == "POST" and form.is_valid():
        services.set_preference(request.actor, form.cleaned_data)
        messages.success(request, _("已保存通知设置。"))
        return redirect("messaging:inbox")
    return render(request, "messaging/preference.html", {"form": form})


@page("messaging.manage")
def robots(request: ActorRequest) -> HttpResponseBase:
    """Group robots of the unit, with how the last sending went."""
    rows = queries.robots_with_last_answer(request.actor)
    return render(request, "messaging/robots.html", {"rows": rows})


@page("messaging.manage")
def add_robot(request: ActorRequest) -> HttpResponseBase:
    """Register a group robot for the unit of the current post."""
    if request.post is None:
        return redirect("messaging:robots")
    orgs = Org.objects.visible_with(request.actor, "messaging.manage")
    org = get_object_or_404(orgs, pk=request.post.org_id)
    form = RobotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_robot(org, **form.cleaned_data, actor=request.actor, at=request.at)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已添加群机器人。"))
            return redirect("messaging:robots")
    return render(request, "messaging/robot_form.html", {"form": form, "org": org})


@page("messaging.manage")
def switch_robot(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Turn a robot on or off."""
    robot = get_object_or_404(Robot.objects.visible_to(request.actor).select_related("org"), pk=pk)
    if request.method == "POST":
        services.switch_robot(robot, active=not robot.is_active, actor=request.actor, at=request.at)
    return redirect("messaging:robots")


@page("messaging.manage")
def test_robot(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Queue a test message."""
    robot = get_object_or_404(Robot.objects.visible_to(request.actor).select_related("org"), pk=pk)
    if request.method == "POST":
        services.enqueue_test(robot, actor=request.actor, at=request.at)
        messages.success(request, _("测试消息已进入发送队列，一分钟内可在此看到结果。"))
    return redirect("messaging:robots")
