"""Two indexes less per fact."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT


class Migration(migrations.Migration):
    """Nobody asks for facts by who recorded them, nor for sources that begin with something."""

    dependencies = [
        ("duties", "0005_missed"),
        ("orgs", "0002_paths_by_bytes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "evidence",
                    "recorded_by",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        PROTECT,
                        null=True,
                        related_name="+",
                        db_index=False,
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    'DROP INDEX IF EXISTS "duties_evidence_recorded_by_id_8b0a6c3d"',
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    'DROP INDEX IF EXISTS "duties_evidence_source_5cb6bfcb_like"',
                    migrations.RunSQL.noop,
                ),
            ],
        )
    ]
