"""State machines as data: a workflow is a table of steps, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One edge: from any of ``sources`` to ``target``, for those who hold ``capability``."""

    name: str
    sources: frozenset[str]
    target: str
    capability: str
    label: str = ""


class Workflow:
    """Steps by name; names are unique."""

    def __init__(self, *steps: Step) -> None:
        self._steps = {step.name: step for step in steps}
        if len(self._steps) != len(steps):
            raise ValueError("step names must be unique")

    def __getitem__(self, name: str) -> Step:
        return self._steps[name]

    def __contains__(self, name: object) -> bool:
        return name in self._steps

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps.values())

    def open_from(self, state: str) -> tuple[Step, ...]:
        """The steps that lead out of ``state``, in table order."""
        return tuple(step for step in self if state in step.sources)
