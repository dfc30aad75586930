"""Errors of the domain. Services raise them; one middleware and the API turn them into answers.

Every message is Chinese, short, and says what to do; ``code`` is stable for programs.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule of the domain was broken."""

    code = "domain_error"
    status = 400

    def __init__(self, message: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})


class Invalid(DomainError):
    """What was handed in is wrong; ``fields`` maps a field's name to what to do about it."""

    code = "invalid"
    status = 422


class Forbidden(DomainError):
    """The actor lacks ``capability`` here."""

    code = "forbidden"
    status = 403

    def __init__(self, capability: str, message: str = "") -> None:
        super().__init__(message)
        self.capability = capability


class NotFound(DomainError):
    """There is no such thing, or none that the actor may see: the two look alike on purpose."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """Somebody else was first, or the same key came with another body."""

    code = "conflict"
    status = 409


class AnotherBody(Conflict):
    """The same key came with another body of the same sender; ``link`` says where it is kept."""

    link = ""


class StaleState(Conflict):
    """A step was taken from a state that the record is no longer in."""

    code = "stale_state"


class TooMany(DomainError):
    """Too many requests; try again after ``retry_after`` seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
