"""A new hazard has nobody responsible yet: its row is not in that index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index less per new hazard."""

    dependencies = [("hazards", "0006_settle_tasks")]

    operations = [
        migrations.RemoveIndex("hazard", "hazard_responsible"),
        migrations.AddIndex(
            "hazard",
            models.Index(
                fields=["responsible", "state"],
                name="hazard_responsible",
                condition=models.Q(responsible__isnull=False),
            ),
        ),
    ]
