"""The page of clues."""

from itertools import groupby

from django.http import HttpResponseBase
from django.shortcuts import render

from anxiao.foundation.access.http import ActorRequest, page
from anxiao.safeguards.accountability import queries
from anxiao.safeguards.accountability.catalog import shipped_rules
from anxiao.safeguards.accountability.rules import UNITS


@page("accountability.view")
def clue_list(request: ActorRequest) -> HttpResponseBase:
    """Clues by rule, each with its records."""
    rules = shipped_rules()
    found = queries.clues(request.actor, rules, at=request.at)
    ordered = groupby(found, key=lambda clue: clue.rule.clause)
    by_rule = {clause: list(group) for clause, group in ordered}
    groups = [(rule, UNITS[rule.unit], by_rule.get(clause, [])) for clause, rule in rules.items()]
    units = len({clue.org_id for clue in found})
    context = {"groups": groups, "total": len(found), "units": units, "cap": queries.CAP}
    return render(request, "accountability/list.html", context)
