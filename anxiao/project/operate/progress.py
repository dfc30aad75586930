"""A bar for long work, on a terminal alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from anxiao.project.operate.dumps import Progress


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """Yield ``progress(done, total)``; each new piece of work starts the bar anew."""
    with tqdm(total=0, desc=label, disable=None, leave=False) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress
