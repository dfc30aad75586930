"""Photos that arrive before or after their record, and hang beside it once."""

import uuid

import pytest

from anxiao.foundation.files.services import store_upload
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.kernel.errors import Invalid, NotFound
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections import queries
from anxiao.loop.inspections.services import attach_photos, submit_inspection
from tests.builders import AT
from tests.loop.inspections.rows import count
from tests.loop.inspections.world import picture, plain_codes

pytestmark = pytest.mark.django_db


def test_late_photos_hang_beside_and_once(world):
    inspection, _created = submit_inspection(world.submitted(), actor=world.officer, at=AT)
    code = world.gate.items[0]["code"]
    photo = world.photo()
    assert attach_photos(inspection, code, [photo.uuid], actor=world.officer, at=AT) == 1
    assert attach_photos(inspection, code, [photo.uuid], actor=world.officer, at=AT) == 0
    with pytest.raises(Invalid):
        attach_photos(inspection, code, [uuid.uuid4()], actor=world.officer, at=AT)
    with pytest.raises(Invalid):
        attach_photos(inspection, "x", [photo.uuid], actor=world.officer, at=AT)
    with pytest.raises(NotFound):
        attach_photos(inspection, code, [photo.uuid], actor=world.guard, at=AT)
    assert inspection.late_photos.count() == 1


def follow(world, uuid_, actor):
    """Hand a photo in under a uuid that was named before."""
    return store_upload(
        actor=actor, at=AT, org=world.school, uuid=uuid_, name="现场.jpg", content=picture()
    )


@pytest.mark.parametrize("order", ["photo first", "record first"])
def test_parts_arrive_in_any_order(world, order):
    code, other = plain_codes(world.gate)[:2]
    wanted = uuid.uuid4()
    form = world.submitted()
    form.answers[code] = {"a": "fail", "note": "坏", "photos": [str(wanted)]}
    form.answers[other] = {"a": "pass", "photos": [str(uuid.uuid4())]}

    def send():
        return submit_inspection(form, actor=world.officer, at=AT, photos_follow=True)

    if order == "photo first":
        follow(world, wanted, world.officer)
    inspection, created = send()
    assert created
    hazard = Hazard.objects.get()
    awaited = set(queries.record_of(inspection).awaited)
    assert (str(wanted) in awaited) == (order == "record first")
    assert hazard.photos.count() == (order == "photo first")
    if order == "record first":
        follow(world, wanted, world.officer)
    assert [send(), send()] == [(inspection, False)] * 2
    assert hazard.photos.get().upload.uuid == wanted
    record = queries.record_of(inspection)
    assert [row.photos for row in record.failed] == [(str(wanted),)]
    assert record.awaited == (form.answers[other]["photos"][0],)
    assert count() == [1, 1, 1, 1]
    hung = Entry.objects.filter(action="attach_photos").count()
    assert hung == (order == "record first")


def test_nobody_elses_file_counts_as_an_awaited_photo(world):
    code = plain_codes(world.gate)[0]
    wanted = uuid.uuid4()
    form = world.submitted()
    form.answers[code] = {"a": "fail", "note": "坏", "photos": [str(wanted)]}
    with pytest.raises(Invalid):
        submit_inspection(form, actor=world.officer, at=AT)
    theirs = world.photo(world.guard).uuid
    form.answers[code]["photos"] = [str(theirs)]
    with pytest.raises(Invalid):
        submit_inspection(form, actor=world.officer, at=AT, photos_follow=True)
    form.answers[code]["photos"] = [str(wanted)]
    inspection, _created = submit_inspection(form, actor=world.officer, at=AT, photos_follow=True)
    follow(world, wanted, world.guard)
    submit_inspection(form, actor=world.officer, at=AT, photos_follow=True)
    assert queries.record_of(inspection).awaited == (str(wanted),)
    assert not Hazard.objects.get().photos.exists()
    with pytest.raises(NotFound):
        queries.inspection_upload(inspection, wanted)
