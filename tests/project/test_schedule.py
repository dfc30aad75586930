"""Every periodic job may be run twice: the second run finds nothing left to do."""

from datetime import timedelta

import pytest

from anxiao.foundation.access.actor import SYSTEM
from anxiao.foundation.journal.services import record
from anxiao.foundation.messaging.services import notify
from anxiao.foundation.registers.services import purge_batches
from anxiao.project.operate.dumps import count_rows
from anxiao.project.schedule import SCHEDULE
from tests.builders import AT, make_county, make_school, make_user


@pytest.mark.django_db
def test_r12_the_effect_of_every_job_is_there_once(settings, tmp_path):
    settings.ANXIAO_DATA = tmp_path
    user = make_user("甲", (make_school(make_county()), "safety_officer"), email="a@example.org")
    notify([user.pk], text="一项临期", at=AT)
    record("act", "house", actor=SYSTEM, at=AT - timedelta(hours=1))
    before = count_rows()
    for job in SCHEDULE:
        job.run(AT)
    once = count_rows()
    for job in SCHEDULE:
        job.run(AT)
    twice = count_rows()
    assert before["messaging_outgoing"] < once["messaging_outgoing"]
    assert before["journal_seal"] < once["journal_seal"]
    changed = {name for name in once if once[name] != twice[name]}
    assert changed <= {"messaging_outgoinganswer"}, "a message that was refused may be tried again"


def test_no_two_jobs_share_a_name():
    names = [job.name for job in SCHEDULE]
    assert len(set(names)) == len(names)


def test_workbooks_left_behind_by_imports_are_purged():
    assert purge_batches in [job.run for job in SCHEDULE]
