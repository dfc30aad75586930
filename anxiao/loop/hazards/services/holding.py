"""What every step begins with: the row as it stands now, held; and the right to take the step."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from anxiao.foundation.access.actor import Actor, require
from anxiao.foundation.files.models import Upload
from anxiao.foundation.journal.services import STALE, move
from anxiao.foundation.kernel.errors import Invalid, StaleState
from anxiao.foundation.kernel.workflow import Step
from anxiao.loop.hazards.models import EndRequest, Extension, Hazard, HazardPhoto
from anxiao.loop.hazards.queries.people import levels_of
from anxiao.loop.hazards.rules.steps import CAPABILITIES, level_for
from anxiao.loop.hazards.services.telling import settle_tasks
from anxiao.loop.hazards.states import HAZARD_FLOW, REQUEST_FLOW, PhotoStage, RequestState


def hold(hazard: Hazard, *unchanged: str) -> None:
    """Read the row afresh and keep others from it until this transaction ends.

    Raises ``StaleState`` if somebody has moved it since the caller read it, or has changed one of
    the columns ``unchanged``: what a step replaces must be what its actor saw.
    """
    names = ("state", *unchanged)
    read = [getattr(hazard, name) for name in names]
    hazard.refresh_from_db(from_queryset=Hazard.objects.select_for_update(no_key=True))
    if [getattr(hazard, name) for name in names] != read:
        raise StaleState(STALE)


def permit(name: str, hazard: Hazard, actor: Actor, *, responsible_may: bool = False) -> None:
    """Raise ``Forbidden`` unless ``actor`` holds what the step needs where it must be held.

    With ``responsible_may`` the person it is assigned to may too, whatever the post. A step that
    nobody can take in this state is ``StaleState``.
    """
    if responsible_may and hazard.responsible_id == actor.user_id:
        return
    path = level_for(name, hazard.state, levels_of(hazard))
    if not path:
        raise StaleState(STALE)
    require(actor, CAPABILITIES[name], path)


def expect(hazard: Hazard, *states: str) -> None:
    """Raise ``StaleState`` unless the hazard is in one of ``states``."""
    if hazard.state not in states:
        raise StaleState(STALE)


def step_of(name: str, hazard: Hazard) -> Step:
    """The edge ``name``; ``StaleState`` if it does not lead out of the hazard's state."""
    step = HAZARD_FLOW[name]
    expect(hazard, *step.sources)
    return step


def take(
    step: Step,
    hazard: Hazard,
    *,
    actor: Actor,
    at: datetime,
    said: Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Move the hazard along ``step``; ``said`` goes into its journal line."""
    move(
        hazard,
        step,
        actor=actor,
        at=at,
        org_path=hazard.org.path,
        detail={name: value for name, value in said.items() if value not in (None, "")},
        **(changes or {}),
    )
    settle_tasks(hazard, at=at)


def change(hazard: Hazard, **values: Any) -> None:
    """Change columns of a held hazard that are not its state."""
    Hazard.objects.filter(pk=hazard.pk).update(**values)
    for name, value in values.items():
        setattr(hazard, name, value)


def refuse(faults: Mapping[str, str]) -> None:
    """Raise ``Invalid`` if there is any fault; its sentence is the first one's."""
    if faults:
        raise Invalid(next(iter(faults.values())), faults)


def demand(value: str, field: str, message: str) -> str:
    """``value`` without blanks around it; ``Invalid`` at ``field`` if nothing is left."""
    text = value.strip()
    if not text:
        raise Invalid(message, {field: message})
    return text


def own_photos(photos: Iterable[Upload], actor: Actor, message: str) -> list[Upload]:
    """``photos``, all handed in by the actor and all pictures; else ``Invalid``."""
    found = list(photos)
    for upload in found:
        if upload.user_id != actor.user_id or not upload.blob.media_type.startswith("image/"):
            raise Invalid(message, {"photos": message})
    return found


def attach(hazard_id: int, photos: Iterable[Upload], stage: PhotoStage, at: datetime) -> None:
    """Hang photos on a hazard; one that hangs there already stays as it is."""
    HazardPhoto.objects.bulk_create(
        [
            HazardPhoto(hazard_id=hazard_id, upload=each, stage=stage, added_at=at)
            for each in photos
        ],
        ignore_conflicts=True,
    )


def withdraw_requests(hazard: Hazard, *, actor: Actor, at: datetime) -> None:
    """What still waits for an answer about a hazard that has moved on falls away (已失效)."""
    for model in (Extension, EndRequest):
        waiting = model._default_manager.filter(hazard=hazard, state=RequestState.REQUESTED)
        for request in waiting:
            move(
                request,
                REQUEST_FLOW["withdraw"],
                actor=actor,
                at=at,
                org_path=hazard.org.path,
                decided_at=at,
            )
            settle_tasks(request, at=at)
