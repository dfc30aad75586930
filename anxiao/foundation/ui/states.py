"""What is said again and again on a page is put into words once for each language."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.translation import get_language

Said = TypeVar("Said")
MOST = 4096


def spoken(say: Callable[..., Said]) -> Callable[..., Said]:
    """Keep what ``say`` answers, by language; it must be pure and its arguments hashable."""

    @lru_cache(maxsize=MOST)
    def said(_language: str | None, *words: Hashable) -> Said:
        return say(*words)

    @wraps(say)
    def saying(*words: Hashable) -> Said:
        return said(get_language(), *words)

    return saying
