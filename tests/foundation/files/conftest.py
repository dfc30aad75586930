"""A school, its officer, and a folder of their own for every test."""

import pytest

from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.services import store_upload
from tests.builders import AT, actor_of, make_county, make_school, make_user
from tests.foundation.files.corpus import next_uuid


@pytest.fixture
def school(db):
    return make_school(make_county())


@pytest.fixture
def officer(school):
    return make_user("程然", (school, "safety_officer"))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def hand_in(school, officer):
    def hand_in(content, name="照片.jpg", uuid=None, user=officer, at=AT) -> Upload:
        return store_upload(
            actor=actor_of(user),
            at=at,
            org=school,
            uuid=uuid or next_uuid(),
            name=name,
            content=content,
        )

    return hand_in
