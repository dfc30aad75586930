"""Both databases refuse to add to a published plan; SQLite to take from it, as PostgreSQL does."""

from django.db import migrations

MESSAGE = "a published plan is immutable"
PLAN_OF = {
    "duties_clause": "NEW.plan_id",
    "duties_duty": "NEW.plan_id",
    "duties_dutyevidence": "(SELECT plan_id FROM duties_duty WHERE id = NEW.duty_id)",
}
SQLITE = """
CREATE TRIGGER {table}_added BEFORE INSERT ON {table}
WHEN (SELECT state FROM duties_plan WHERE id = {plan}) <> 'draft'
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
SQLITE_REMOVED = """
CREATE TRIGGER {table}_removed BEFORE DELETE ON {table}
WHEN (SELECT state FROM duties_plan WHERE id = {plan}) <> 'draft'
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF (SELECT state FROM duties_plan WHERE id = {plan}) <> 'draft' THEN
  RAISE EXCEPTION '{message}';
END IF;
RETURN NEW;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_added BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_added()
"""


def guard(apps, schema_editor):
    """Install the triggers."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        keep_whole(connection)
    for table, plan in PLAN_OF.items():
        words = {"table": table, "plan": plan, "message": MESSAGE}
        postgresql = (POSTGRESQL, POSTGRESQL_TRIGGER)
        for sql in postgresql if connection.vendor == "postgresql" else (SQLITE,):
            _run(connection, sql.format(**words))


def unguard(apps, schema_editor):
    """Remove the triggers."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        allow_removal(connection)
    for table in PLAN_OF:
        where = f" ON {table}" if connection.vendor == "postgresql" else ""
        _run(connection, f"DROP TRIGGER IF EXISTS {table}_added{where}")


def keep_whole(connection):
    """Refuse to remove rows of published plans (SQLite)."""
    for table, plan in PLAN_OF.items():
        words = {"table": table, "plan": plan.replace("NEW.", "OLD."), "message": MESSAGE}
        _run(connection, SQLITE_REMOVED.format(**words))


def allow_removal(connection):
    """Let rows of published plans be removed again: tests on SQLite empty tables row by row."""
    for table in PLAN_OF:
        _run(connection, f"DROP TRIGGER IF EXISTS {table}_removed")


def _run(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("duties", "0002_published_immutable")]
    operations = [migrations.RunPython(guard, unguard)]
