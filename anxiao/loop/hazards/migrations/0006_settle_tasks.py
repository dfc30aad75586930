"""Name the matter of the tasks told before, and settle those whose hazard is in the ledger no more."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce, Now

BATCH = 500
ENDED = ("closed", "void", "merged")


def settle(apps, schema_editor):
    Message = apps.get_model("messaging", "Message")
    Hazard = apps.get_model("hazards", "Hazard")
    tasks = Message.objects.filter(kind="task", matter="", url__startswith="/hazards/")
    batch = []
    for message in tasks.only("pk", "url").iterator(chunk_size=BATCH):
        number = message.url.removeprefix("/hazards/")
        if number.isdecimal():
            message.matter = f"hazards.hazard:{number}"
            batch.append(message)
        if len(batch) == BATCH:
            Message.objects.bulk_update(batch, ["matter"])
            batch = []
    Message.objects.bulk_update(batch, ["matter"])
    ended = Hazard.objects.filter(state__in=ENDED).values_list("pk", flat=True)
    matters = [f"hazards.hazard:{pk}" for pk in ended.iterator(chunk_size=BATCH)]
    for start in range(0, len(matters), BATCH):
        Message.objects.filter(matter__in=matters[start : start + BATCH]).update(
            settled_at=Now(), read_at=Coalesce(F("read_at"), Now())
        )


class Migration(migrations.Migration):

    dependencies = [
        ("hazards", "0005_live_index"),
        ("messaging", "0002_settled"),
    ]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
