"""Few hazards are taken over by an upper level, or major and alive: the page of today asks both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes of the few rows that have what is asked for."""

    dependencies = [("hazards", "0007_fewer_indexes")]

    operations = [
        migrations.AddIndex(
            "hazard",
            models.Index(
                fields=["upper_org"],
                name="hazard_upper_org",
                condition=models.Q(upper_org__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "hazard",
            models.Index(
                fields=["county", "due_on"],
                name="hazard_major_live",
                condition=models.Q(closed_at__isnull=True, ended_at__isnull=True, level="major"),
            ),
        ),
    ]
