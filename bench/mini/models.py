"""One table of records, one of lines to read."""

from django.conf import settings
from django.db import models


class Record(models.Model):
    """What one request writes."""

    uuid = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    body = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.uuid)


class Line(models.Model):
    """What one request reads: seventy of them belong to each user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    title = models.CharField(max_length=80)
    status = models.CharField(max_length=10)
    due_on = models.DateField()
    done = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title
