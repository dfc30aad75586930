"""A version of a checklist exists once on both databases, shipped ones too.

SQLite had left out the former constraint, which counted an empty owner as a value.
"""

from django.db import migrations, models

FORMER = "checklist_version_once"


def drop_former(apps, schema_editor):
    """Take the former constraint off where it was made."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE inspections_checklist DROP CONSTRAINT {FORMER}")


def make_former(apps, schema_editor):
    """Put it back."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE inspections_checklist ADD CONSTRAINT {FORMER}"
            " UNIQUE NULLS NOT DISTINCT (owner_id, code, version)"
        )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_whole_records")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_former, make_former)],
            state_operations=[migrations.RemoveConstraint("checklist", FORMER)],
        ),
        migrations.AddConstraint(
            "checklist",
            models.UniqueConstraint(
                fields=("owner", "code", "version"),
                condition=models.Q(owner__isnull=False),
                name="kept_checklist_version_once",
            ),
        ),
        migrations.AddConstraint(
            "checklist",
            models.UniqueConstraint(
                fields=("code", "version"),
                condition=models.Q(owner__isnull=True),
                name="shipped_checklist_version_once",
            ),
        ),
    ]
