"""A level's calendar: terms, single days, the year at a glance."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs import queries, services
from anxiao.foundation.orgs.forms import DayForm, TermForm
from anxiao.foundation.orgs.models import DayOverride, Org, Term
from anxiao.foundation.ui.http import add_errors

YEARS_BACK, YEARS_AHEAD = 5, 2


@page("orgs.view")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Terms and single days in force and where they come from; those who may, set them here."""
    org = get_object_or_404(Org.objects.visible_to(request.actor), pk=pk)
    day = business_day(request.at)
    year = _year(request.GET.get("year", ""), day.year)
    wants_term = request.POST.get("form") == "term"
    wants_day = request.POST.get("form") == "day"
    term = TermForm(request.POST if wants_term else None, prefix="term")
    single = DayForm(request.POST if wants_day else None, prefix="day")
    if wants_term and _saved(term, lambda values: _add_term(request, org, values)):
        return redirect("orgs:calendar", org.pk)
    if wants_day and _saved(single, lambda values: _set_day(request, org, values)):
        return redirect("orgs:calendar", org.pk)
    found = queries.calendar_page(org)
    context = {
        "org": org,
        "page": found,
        "year": year,
        "known": queries.calendar_known(year),
        "months": queries.months_of(found, year),
        "term": found.calendar.term_of(day),
        "is_school_day": found.calendar.is_school_day(day),
        "term_form": term,
        "day_form": single,
        "may_set": request.actor.may("orgs.calendar", org.path),
    }
    return render(request, "orgs/calendar.html", context)


@page("orgs.calendar")
@require_POST
def remove_term(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a term out of its level's calendar."""
    term = get_object_or_404(
        Term.objects.visible_with(request.actor, "orgs.calendar").select_related("org"), pk=pk
    )
    services.remove_term(term, actor=request.actor, at=request.at)
    messages.success(request, _("学期已删除。"))
    return redirect("orgs:calendar", term.org_id)


@page("orgs.calendar")
@require_POST
def clear_day(request: ActorRequest, pk: int) -> HttpResponseBase:
    """Take a single day out of its level's calendar."""
    single = get_object_or_404(
        DayOverride.objects.visible_with(request.actor, "orgs.calendar").select_related("org"),
        pk=pk,
    )
    services.clear_day(single, actor=request.actor, at=request.at)
    messages.success(request, _("调休已取消。"))
    return redirect("orgs:calendar", single.org_id)


def _saved(form: Form, save: Callable[[dict[str, Any]], None]) -> bool:
    if not form.is_valid():
        return False
    try:
        save(form.cleaned_data)
    except Invalid as error:
        add_errors(form, error)
        return False
    return True


def _add_term(request: ActorRequest, org: Org, values: dict[str, Any]) -> None:
    data = services.TermData(**values)
    services.add_term(org, data, actor=request.actor, at=request.at)
    messages.success(request, _("学期已保存。"))


def _set_day(request: ActorRequest, org: Org, values: dict[str, Any]) -> None:
    services.set_day(org, actor=request.actor, at=request.at, **values)
    messages.success(request, _("调休已保存。"))


def _year(text: str, this_year: int) -> int:
    asked = int(text) if text.isdecimal() else this_year
    inside = this_year - YEARS_BACK <= asked <= this_year + YEARS_AHEAD
    return asked if inside else this_year
