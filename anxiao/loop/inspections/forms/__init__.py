"""The shape of input, by topic."""

from anxiao.loop.inspections.forms.checklists import HeadForm, ItemTable
from anxiao.loop.inspections.forms.filling import Card, CodeForm, FillForm
from anxiao.loop.inspections.forms.rounds import AssignForm, RoundForm

__all__ = ["AssignForm", "Card", "CodeForm", "FillForm", "HeadForm", "ItemTable", "RoundForm"]
