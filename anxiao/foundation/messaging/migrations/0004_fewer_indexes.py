"""One index less per line of an inbox."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import CASCADE


class Migration(migrations.Migration):
    """The person's newest lines have an index that begins with the person too."""

    dependencies = [
        ("messaging", "0003_unread_by_link"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "message",
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL, CASCADE, related_name="messages", db_index=False
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    'DROP INDEX IF EXISTS "messaging_message_user_id_d58e6394"',
                    migrations.RunSQL.noop,
                ),
            ],
        )
    ]
