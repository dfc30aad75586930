"""An answer to a request that may write comes after the sync of all it rests on."""

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from anxiao.foundation.orgs.models import Org
from anxiao.project.sqlite import base
from anxiao.project.sqlite.http import DurableMiddleware
from tests.builders import make_county

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own backend"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def syncs(monkeypatch):
    made = []

    class Counted:
        def wait(self):
            made.append(1)

    monkeypatch.setattr(base.env, "GROUP_COMMIT", True)
    monkeypatch.setitem(base.syncs, f"{connection.settings_dict['NAME']}-wal", Counted())
    return made


def answer(view, method="post"):
    request = getattr(RequestFactory(), method)("/")
    return DurableMiddleware(lambda _request: view() or HttpResponse())(request)


def test_a_commit_syncs_once_and_the_answer_needs_no_second(syncs):
    county = make_county()
    syncs.clear()

    def view():
        with transaction.atomic():
            Org.objects.filter(pk=county.pk).update(name="新名")

    answer(view)
    assert len(syncs) == 1


def test_what_was_written_outside_a_transaction_is_synced_before_the_answer(syncs):
    county = make_county()
    syncs.clear()
    answer(lambda: Org.objects.filter(pk=county.pk).update(name="新名") and None)
    assert len(syncs) == 1


def test_a_record_sent_twice_waits_for_the_first_one_and_a_read_for_nothing(syncs):
    make_county()
    syncs.clear()
    answer(lambda: Org.objects.count() and None)
    assert len(syncs) == 1  # it says "received" of what another request may only just have written
    answer(lambda: Org.objects.count() and None, method="get")
    assert len(syncs) == 1
