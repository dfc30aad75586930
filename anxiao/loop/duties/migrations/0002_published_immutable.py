"""Both databases refuse to change what a published plan says.

PostgreSQL refuses to remove it too; on SQLite the foreign keys of bindings and tallies do that.
"""

from django.db import migrations

MESSAGE = "a published plan is immutable"
FIXED = ("issuer_id", "code", "version", "title", "number", "issuer_name", "from_on", "to_on")
PLAN_OF = {
    "duties_clause": "{row}.plan_id",
    "duties_duty": "{row}.plan_id",
    "duties_dutyevidence": "(SELECT plan_id FROM duties_duty WHERE id = {row}.duty_id)",
}

SQLITE = """
CREATE TRIGGER {table}_published BEFORE UPDATE ON {table}
WHEN (SELECT state FROM duties_plan WHERE id = {plan}) <> 'draft'
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
SQLITE_PLAN = """
CREATE TRIGGER duties_plan_published BEFORE UPDATE ON duties_plan
WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR {changed})
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_published() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF (SELECT state FROM duties_plan WHERE id = {plan}) <> 'draft' THEN
  RAISE EXCEPTION '{message}';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_published BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_published()
"""
POSTGRESQL_PLAN = """
CREATE OR REPLACE FUNCTION duties_plan_published() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF OLD.state <> 'draft' AND (NEW.state = 'draft' OR {changed}) THEN
  RAISE EXCEPTION '{message}';
END IF;
RETURN NEW;
END $$
"""
POSTGRESQL_PLAN_TRIGGER = """
CREATE TRIGGER duties_plan_published BEFORE UPDATE ON duties_plan
FOR EACH ROW EXECUTE FUNCTION duties_plan_published()
"""


def guard(apps, schema_editor):
    """Install the triggers."""
    changed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED)
    postgresql = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for table, plan in PLAN_OF.items():
            words = {"table": table, "plan": plan.format(row="OLD"), "message": MESSAGE}
            if postgresql:
                cursor.execute(POSTGRESQL.format(**words))
                cursor.execute(POSTGRESQL_TRIGGER.format(**words))
            else:
                cursor.execute(SQLITE.format(**words))
        for sql in (POSTGRESQL_PLAN, POSTGRESQL_PLAN_TRIGGER) if postgresql else (SQLITE_PLAN,):
            cursor.execute(sql.format(changed=changed, message=MESSAGE))


def unguard(apps, schema_editor):
    """Remove the triggers."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for table in (*PLAN_OF, "duties_plan"):
            where = f" ON {table}" if postgresql else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_published{where}")


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
