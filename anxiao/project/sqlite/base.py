"""The backend: Django's own, with turns for writers and, in the web server, shared syncs.

With ``ANXIAO_GROUP_COMMIT=1`` SQLite writes its log without syncing it (``synchronous=NORMAL``,
which keeps the file whole in any crash), and this backend syncs the log before a commit returns,
once for all who committed meanwhile. A commit is thus as durable as with ``synchronous=FULL``:
when ``atomic`` ends, the record is on the disk.
"""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from anxiao.project import env
from anxiao.project.sqlite.turns import SharedSync, sync_file

LONGEST_WAIT = 20.0
TURN = threading.Lock()
syncs: dict[str, SharedSync] = {}


class CursorWrapper(base.SQLiteCursorWrapper):
    """A cursor that rewrites each text's placeholders (``%s`` to ``?``) once, not at every use."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """The text as SQLite reads it."""
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _converted(query)


@lru_cache(maxsize=1024)
def _converted(query: str) -> str:
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions wait for their turn in this process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._my_turn = False
        self._safe_changes = self.commits = 0

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor of ours."""
        return self.connection.cursor(factory=CursorWrapper)

    def sync(self) -> None:
        """Return when all that this process has committed is on the disk."""
        log = f"{self.settings_dict['NAME']}-wal"
        shared = syncs.setdefault(log, SharedSync(lambda: sync_file(Path(log))))
        try:
            shared.wait()
        except OSError as error:
            raise OperationalError(str(error)) from error
        self._safe_changes = self._changes()

    def owes_sync(self) -> bool:
        """Whether statements outside transactions wrote what no commit has synced."""
        return self._changes() != self._safe_changes

    def _changes(self) -> int:
        return int(getattr(self.connection, "total_changes", 0))

    def _start_transaction_under_autocommit(self) -> None:
        if not TURN.acquire(timeout=LONGEST_WAIT):
            raise OperationalError("database is locked")
        self._my_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        mine = self._my_turn
        super()._commit()  # type: ignore[misc]  # if it fails, the rollback ends the turn
        self._end_turn()
        if mine and env.GROUP_COMMIT:
            self.sync()
            self.commits += 1

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._my_turn:
            self._my_turn = False
            TURN.release()
