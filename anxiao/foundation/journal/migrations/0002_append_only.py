"""Both databases refuse to change or remove a line of the journal."""

from django.db import migrations

TABLES = ("journal_entry", "journal_seal")
MESSAGE = "the journal is append-only"

SQLITE = """
CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{message}'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION journal_append_only()
"""


def guard(connection):
    """Install the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL.format(message=MESSAGE))
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(POSTGRESQL_TRIGGER.format(table=table))
                continue
            for what in ("UPDATE", "DELETE"):
                cursor.execute(SQLITE.format(table=table, what=what, message=MESSAGE))


def unguard(connection):
    """Remove the triggers (a migration backwards; tests that empty tables on SQLite)."""
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
                continue
            for what in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guard(schema_editor.connection),
            lambda apps, schema_editor: unguard(schema_editor.connection),
        )
    ]
