"""Restore into the empty place of the environment, look at it, try it once more; as JSON."""

import json
import sys
from io import StringIO

import django
from django.core.management import CommandError, call_command
from django.test import Client

django.setup()

from anxiao.foundation.files.models import Blob  # noqa: E402
from anxiao.foundation.files.queries import path_of  # noqa: E402
from anxiao.foundation.journal.models import Entry  # noqa: E402
from tests.builders import PASSWORD  # noqa: E402


def restore():
    told = StringIO()
    try:
        call_command("restore", sys.argv[1], stdout=told, stderr=told)
    except CommandError as refused:
        return str(refused)
    return told.getvalue()


def rows():
    return list(Entry.objects.filter(action="write").values_list("subject_id", flat=True))


told = {"restored": restore(), "rows": rows()}
client = Client(SERVER_NAME="localhost")
signed = client.post("/account/sign-in", {"username": sys.argv[2], "password": PASSWORD})
told |= {
    "signed_in": [signed.status_code, client.get("/account/").status_code],
    "contents": [path_of(blob).read_text() for blob in Blob.objects.all()],
    "again": restore(),
    "untouched": rows() == told["rows"],
}
sys.stdout.write(json.dumps(told))
