"""What an intake keeps of checklists between requests: only what is committed, and unchangeable."""

from contextlib import suppress
from dataclasses import FrozenInstanceError

import pytest
from django.db import transaction

from anxiao.loop.inspections.queries.checklists import published
from anxiao.loop.inspections.services import new_version, publish_checklist
from tests.builders import AT


@pytest.fixture
def draft(world):
    """Puts a draft of the county in force, when called."""
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)

    def publish():
        publish_checklist(draft, actor=world.clerk, at=AT)
        return draft

    return publish


class Undone(Exception):
    """Whatever makes a transaction roll back."""


def test_a_version_published_in_vain_is_not_kept(draft, django_capture_on_commit_callbacks):
    with (
        django_capture_on_commit_callbacks(execute=True),
        suppress(Undone),
        transaction.atomic(),
    ):
        pk = draft().pk
        assert set(published([pk])) == {pk}
        raise Undone
    assert published([pk]) == {}


def test_what_is_committed_is_read_once(
    draft, django_capture_on_commit_callbacks, django_assert_num_queries
):
    pk = draft().pk
    with django_capture_on_commit_callbacks(execute=True):
        first = published([pk])
    with django_assert_num_queries(0):
        assert published([pk]) == first


def test_what_threads_share_nobody_changes(draft):
    checklist = draft()
    version = published([checklist.pk])[checklist.pk]
    assert [dict(item) for item in version.items] == checklist.items
    with pytest.raises(FrozenInstanceError):
        version.title = "另一个"
    with pytest.raises(TypeError):
        version.items[0]["text"] = "另一项"
