"""What stands in the place of each route's parameters: ``ARGS[route](house)`` → argument lists."""

from collections.abc import Callable
from typing import Any

Args = Callable[[Any], list[list[Any]]]


def none(_house: Any) -> list[list[Any]]:
    """A route without parameters."""
    return [[]]


def school(house: Any) -> list[list[Any]]:
    return [[house.school.pk]]


def places(*names: str) -> Args:
    """The keys of things the house has under ``names``, one after the other."""

    def found(house: Any) -> list[list[Any]]:
        return [[getattr(house, name).pk for name in names]]

    return found


def of_kind(model: str) -> Args:
    """Every row that the house holds of a person's own things."""

    def found(house: Any) -> list[list[Any]]:
        return [[pk] for pk in house.rows(model)]

    return found


def units(house: Any) -> list[list[Any]]:
    return [[house.county.pk], [house.school.pk], [house.shut.pk]]


_PLAIN = {
    "accounts": "sign-in sign-in-code sign-out demo me switch contact password second-factor "
    "renew-codes drop-factor sessions own-people security",
    "orgs": "home",
    "files": "upload",
    "conflicts": "list",
    "messaging": "inbox read_all preference robots add_robot",
    "ui": "styles language",
    "duties": "mine exemptions plans plan_new import",
    "hazards": "list open",
    "inspections": "start enter new list rounds round_new points checklists checklist_new coverage",
    "accountability": "list",
    "cockpit": "board print",
    "today": "today scan",
    "api": "openapi-json api-root",
    "operate": "healthz metrics",
}
_PLACED: dict[str, dict[str, Args]] = {
    "accounts": {
        "invitation": lambda house: [[house.invited_by_link]],
        "reset": lambda house: [[house.reset]],
        "revoke-token": places("token"),
        "people": units,
        "invite": units,
        "link": school,
        "revoke-invitation": places("invitation"),
        "end-post": of_kind("post"),
        "make-reset-link": of_kind("post"),
        **dict.fromkeys(
            ("account", "lock", "unlock", "correct-phone", "reset-factor"), of_kind("account")
        ),
    },
    "orgs": {
        **dict.fromkeys(
            ("detail", "edit", "new", "rename", "close", "reopen", "merge", "calendar"), units
        ),
        "remove-term": places("term"),
        "clear-day": places("day"),
    },
    "files": {"my_thumb": lambda house: [[house.upload.uuid]]},
    "conflicts": dict.fromkeys(("detail", "drop", "save"), places("refused")),
    "places": {
        **dict.fromkeys(("list", "new_place", "new_point", "labels"), school),
        "retire_place": places("place"),
        **dict.fromkeys(("point", "retire_point", "replace_code", "rebind_label"), places("point")),
    },
    "messaging": {
        "open": of_kind("message"),
        **dict.fromkeys(("switch_robot", "test_robot"), places("robot")),
    },
    "duties": {
        "unit": units,
        "clause": lambda house: [[house.school.pk, house.cell.duty.clause_id]],
        **dict.fromkeys(("prove", "exempt"), lambda house: [[house.school.pk, house.cell.duty_id]]),
        **dict.fromkeys(("cell", "do"), places("cell")),
        **dict.fromkeys(("evidence", "revoke"), of_kind("evidence")),
        "evidence_file": lambda house: [[house.evidence.pk, house.evidence.files.get().pk, "full"]],
        "exemption": places("exemption"),
        **dict.fromkeys(
            ("plan", "preview", "publish", "retire", "copy", "delete"), of_kind("plan")
        ),
        **dict.fromkeys(("head_edit", "clause_new"), places("draft")),
        "diff": places("plan", "draft"),
        "export": lambda house: [[house.plan.pk, "toml"], [house.plan.pk, "xlsx"]],
        **dict.fromkeys(("clause_edit", "clause_delete", "duty_new"), places("draft_clause")),
        **dict.fromkeys(("duty", "duty_edit", "duty_delete"), places("draft_duty")),
    },
    "hazards": {
        "photo": lambda house: [[house.hazard.pk, house.hazard_photo.pk, "full"]],
        "criterion": places("known"),
        "retire_criterion": places("known"),
    },
    "inspections": {
        **dict.fromkeys(("detail", "done", "print"), places("inspection")),
        "photo": lambda house: [[house.inspection.pk, str(house.upload.uuid), "full"]],
        **dict.fromkeys(("walk", "round_edit", "round_retire"), places("round")),
        "assign": places("point"),
        **dict.fromkeys(
            (
                *("checklist", "checklist_copy", "checklist_edit", "checklist_publish"),
                *("checklist_retire", "checklist_delete"),
            ),
            lambda house: [[house.gate.pk], [house.own.pk]],
        ),
    },
    "cards": {"card": lambda house: [[house.point.code]]},
}
ARGS: dict[str, Args] = {
    **{f"{space}:{name}": none for space, names in _PLAIN.items() for name in names.split()},
    **{f"{space}:{name}": args for space, own in _PLACED.items() for name, args in own.items()},
}
