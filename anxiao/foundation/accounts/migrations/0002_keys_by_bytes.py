"""Keys of tries are compared byte by byte: those of one person's devices are a range of them.

PostgreSQL compares by the rules of its locale unless told otherwise.
"""

from django.db import migrations

BYTES = 'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE "C"'


def compare_by_bytes(apps, schema_editor):
    """SQLite does so by itself."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BYTES.format(table="accounts_signinlimit", column="key", length=80))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(compare_by_bytes, migrations.RunPython.noop)]
