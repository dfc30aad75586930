"""``anxiao migrate``: Django's, but safe to be killed at any moment.

Django notes a migration as applied after the transaction that changed the tables, whenever
constraints or indexes were put off to its end. Killed in between, it would try to create tables
that are there. Here the note is the last statement of that same transaction.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor


class SafeExecutor(MigrationExecutor):
    """Applies a migration and notes it in one transaction."""

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        """Apply it, unless it was only to be noted."""
        if fake or fake_initial or migration.replaces or not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        if self.progress_callback:
            self.progress_callback("apply_start", migration, fake)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg] # the stubs are older
        if self.progress_callback:
            self.progress_callback("apply_success", migration, fake)
        return state


migrate.MigrationExecutor = SafeExecutor  # type: ignore[attr-defined]


class Command(migrate.Command):
    """Django's command with the executor above."""

    help = "建立或更新数据库结构。"
