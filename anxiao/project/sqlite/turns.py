"""Who writes now, and what is safe on the disk. Plain Python, one of each per process.

SQLite lets one write at a time and makes the others poll, up to 25 ms apart: under load most of a
minute is slept away. A lock hands the turn over at once. And where each commit syncs the disk while
it holds the turn, a disk of 4 ms allows 250 a second; a sync shared by all that committed before it
began takes the disk out of the way (group commit).
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class SharedSync:
    """Syncs on behalf of everybody who waits; ``wait`` returns when all before it is on the disk.

    After a failed sync nothing that waits is ever called safe again by this process: the system may
    have dropped the pages, and a second try would succeed without them.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._turn = threading.Condition()
        self._begun = self._done = 0
        self._busy = self._failed = False

    @property
    def failed(self) -> bool:
        """Whether a sync failed, so that nothing is called safe any more."""
        return self._failed

    def wait(self) -> None:
        """Return when a sync that began after this call has ended; ``OSError`` if one failed."""
        with self._turn:
            mine = self._begun + 1
            while self._done < mine:
                if self._failed:
                    raise OSError("the disk failed to sync; restart the program")
                if self._busy:
                    self._turn.wait()
                else:
                    self._lead()

    def _lead(self) -> None:
        """Sync for all who wait; the lock is let go meanwhile."""
        self._busy = True
        self._begun += 1
        number = self._begun
        self._turn.release()
        failed = True
        try:
            self._sync()
            failed = False
        finally:
            self._turn.acquire()
            self._busy = False
            self._failed = self._failed or failed
            if not failed:
                self._done = number
            self._turn.notify_all()


def sync_file(path: Path) -> None:
    """Bring a file to the disk; none there is nothing to bring.

    Opened afresh each time, since SQLite may have replaced it. Closing it drops no lock of
    SQLite's: those lie on the database and its index, never on its log.
    """
    with suppress(FileNotFoundError):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fdatasync(file)
        finally:
            os.close(file)
