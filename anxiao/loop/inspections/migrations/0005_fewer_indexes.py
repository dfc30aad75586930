"""Two indexes less per failed item."""

from django.db import migrations, models
from django.db.models import CASCADE


class Migration(migrations.Migration):
    """The constraint that lets an item fail once begins with the inspection too."""

    dependencies = [
        ("inspections", "0004_versions_once"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "finding",
                    "inspection",
                    models.ForeignKey(
                        "inspections.inspection", CASCADE, related_name="findings", db_index=False
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    'DROP INDEX IF EXISTS "inspections_finding_inspection_id_7cbb4bc1"',
                    migrations.RunSQL.noop,
                ),
            ],
        ),
        migrations.RemoveIndex("finding", "finding_item"),
    ]
