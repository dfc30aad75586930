"""The sample register mounted, a school with its officer, and lines to list."""

import pytest

from anxiao.foundation.access import turns
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.registers.declare import Asked, ImportContext
from tests.builders import AT, actor_of, make_county, make_school, make_user


@pytest.fixture(autouse=True)
def urls(settings, tmp_path):
    settings.ROOT_URLCONF = "tests.foundation.registers.sample"
    settings.ANXIAO_DATA = tmp_path


@pytest.fixture(autouse=True)
def breathless(monkeypatch):
    monkeypatch.setattr(turns, "BREATH", 0)


@pytest.fixture
def school(db):
    return make_school(make_county())


@pytest.fixture
def officer(school):
    return make_user("程然", (school, "safety_officer"))


@pytest.fixture
def asked(officer):
    return Asked(actor_of(officer), AT)


@pytest.fixture
def context(officer, school):
    return ImportContext(actor_of(officer), AT, school.path)


@pytest.fixture
def lines(school):
    def make(count, **fields):
        return Entry.objects.bulk_create(
            Entry(
                **{
                    "at": AT,
                    "actor_id": number % 10,
                    "actor_name": f"第{number}小学",
                    "org_path": school.path,
                    "action": "登记",
                    "subject": "test",
                    "subject_id": None if number % 7 == 0 else number % 4,
                    "new_state": "a" if number % 2 else "b",
                    **fields,
                }
            )
            for number in range(1, count + 1)
        )

    return make
