"""Both databases keep a record as it came: no part of it is changed, and it is not deleted."""

from django.db import migrations

WHOLE = {
    "inspections_inspection": (
        *("uuid", "body_sha256", "org_id", "county_id", "checklist_id", "point_id", "place_id"),
        *("round_id", "kind", "inspector_id", "inspector_name", "companions", "happened_on"),
        *("started_at", "finished_at", "received_at", "late_reason", "answers", "passed", "failed"),
        *("latitude", "longitude", "remarks", "inspector_signature_id", "inspected_signature_id"),
        *("inspected_name", "unsigned_reason"),
    ),
    "inspections_finding": ("inspection_id", "item_code", "note", "hazard_id"),
    "inspections_latephoto": ("inspection_id", "item_code", "upload_id", "attached_at"),
}
MESSAGE = "an inspection is never changed"
SQLITE = """
CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}
WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF {condition} THEN RAISE EXCEPTION '{message}'; END IF;
RETURN NEW;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_{name}()
"""


def keep_whole(apps, schema_editor):
    """Refuse every UPDATE that changes something."""
    differ = "IS DISTINCT FROM" if _postgresql(schema_editor.connection) else "IS NOT"
    for table, names in WHOLE.items():
        changed = " OR ".join(f"OLD.{name} {differ} NEW.{name}" for name in names)
        _create(schema_editor.connection, table, "whole", "UPDATE", changed)


def let_change(apps, schema_editor):
    """Take that off."""
    for table in WHOLE:
        _drop(schema_editor.connection, table, "whole")


def forbid_deleting(connection):
    """Refuse every DELETE."""
    for table in WHOLE:
        _create(connection, table, "kept", "DELETE", "TRUE")


def allow_deleting(connection):
    """Take that off: the flush between tests on SQLite deletes row by row."""
    for table in WHOLE:
        _drop(connection, table, "kept")


def _create(connection, table, name, event, condition):
    words = {
        "table": table,
        "name": name,
        "event": event,
        "condition": f"({condition})",
        "message": MESSAGE,
    }
    statements = (POSTGRESQL, POSTGRESQL_TRIGGER) if _postgresql(connection) else (SQLITE,)
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql.format(**words))


def _drop(connection, table, name):
    postgresql = _postgresql(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{f' ON {table}' * postgresql}")
        if postgresql:
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_{name}()")


def _postgresql(connection):
    return connection.vendor == "postgresql"


class Migration(migrations.Migration):
    dependencies = [("inspections", "0002_never_changed")]
    operations = [
        migrations.RunPython(keep_whole, let_change),
        migrations.RunPython(
            lambda apps, schema_editor: forbid_deleting(schema_editor.connection),
            lambda apps, schema_editor: allow_deleting(schema_editor.connection),
        ),
    ]
