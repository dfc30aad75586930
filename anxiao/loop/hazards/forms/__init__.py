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
    ReasonForm,
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
    "OpenForm",
    "ReasonForm",
    "RejectForm",
    "ReportUpForm",
    "StepForm",
    "SubmitForm",
    "SuperviseForm",
    "seen",
]
