"""Paths are compared byte by byte, whatever language the database was made for.

A scope is a range (``'1.7.' <= path < '1.7/'``). PostgreSQL compares by the rules of its locale
unless told otherwise, and those of en_US or zh_CN skip the dots: a level would see only itself.
"""

from django.db import migrations

BYTES = 'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE "C"'


def compare_by_bytes(apps, schema_editor):
    """SQLite does so by itself."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BYTES.format(table="orgs_org", column="path", length=200))


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]

    operations = [migrations.RunPython(compare_by_bytes, migrations.RunPython.noop)]
