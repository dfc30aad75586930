"""Both databases refuse to change what was checked, or what a checklist in force asks."""

from django.db import migrations

FIXED = {
    "inspections_checklist": (
        "OLD.state <> 'draft' AND (NEW.state = 'draft' OR {changed})",
        ("code", "version", "title", "clause", "key_part", "category", "cadence", "minutes",
         "applies_to", "note", "items", "owner_id"),
        "a published checklist is immutable",
    ),
    "inspections_inspection": (
        "{changed}",
        ("uuid", "body_sha256", "org_id", "checklist_id", "kind", "inspector_id", "happened_on",
         "received_at", "answers", "passed", "failed", "inspector_signature_id",
         "inspected_signature_id"),
        "an inspection is never changed",
    ),
}
SQLITE = """
CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table}
WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_fixed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF {condition} THEN RAISE EXCEPTION '{message}'; END IF;
RETURN NEW;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_fixed()
"""


def guard(apps, schema_editor):
    """Install the triggers."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    differ = "IS DISTINCT FROM" if postgresql else "IS NOT"
    with schema_editor.connection.cursor() as cursor:
        for table, (condition, names, message) in FIXED.items():
            changed = " OR ".join(f"OLD.{name} {differ} NEW.{name}" for name in names)
            words = {
                "table": table,
                "condition": condition.format(changed=f"({changed})"),
                "message": message,
            }
            for sql in (POSTGRESQL, POSTGRESQL_TRIGGER) if postgresql else (SQLITE,):
                cursor.execute(sql.format(**words))


def unguard(apps, schema_editor):
    """Take them off."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for table in FIXED:
            target = f" ON {table}" if postgresql else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_fixed{target}")
            if postgresql:
                cursor.execute(f"DROP FUNCTION IF EXISTS {table}_fixed()")


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
