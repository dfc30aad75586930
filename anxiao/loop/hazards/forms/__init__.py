"""Shapes of input of the room."""

from anxiao.loop.hazards.forms.opening import OpenForm
from anxiao.loop.hazards.forms.steps import (
    AnswerForm,
    AssignForm,
    CloseForm,
    CommentForm,
    DecideForm,
    EndForm,
    ExtendForm,
    GradeForm,
    InterimForm,
    ReasonForm,
    ReassignForm,
    RejectForm,
    ReportUpForm,
    StepForm,
    SubmitForm,
    SuperviseForm,
    seen,
)

__all__ = [
    "AnswerForm",
    "AssignForm",
    "CloseForm",
    "CommentForm",
    "DecideForm",
    "EndForm",
    "ExtendForm",
    "GradeForm",
    "InterimForm",
    "OpenForm",
    "ReasonForm",
    "ReassignForm",
    "RejectForm",
    "ReportUpForm",
    "StepForm",
    "SubmitForm",
    "SuperviseForm",
    "seen",
]
