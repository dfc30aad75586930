"""Every periodic job, one line each. Each is safe to run twice."""

from datetime import datetime, timedelta

from django.conf import settings

from anxiao.foundation.accounts.services import forget_what_is_over
from anxiao.foundation.jobs.services import Periodic
from anxiao.foundation.journal.services import seal
from anxiao.foundation.kernel.clock import business_day
from anxiao.foundation.messaging.services import deliver, send_digests
from anxiao.foundation.registers.services import purge_batches
from anxiao.loop.duties.services import expire_standing, open_due, rebind_changed

MINUTE = timedelta(minutes=1)
BACKUP = "operate.backup"
"""Not in the list: a timer of the system starts it, and notes here when it ended."""


def _seal(at: datetime) -> None:
    seal(at=at, anchors=settings.ANXIAO_DATA / "journal-heads.log")


SCHEDULE = (
    Periodic("messaging.deliver", MINUTE / 2, deliver),
    Periodic("duties.rebind_changed", MINUTE, rebind_changed),
    Periodic("duties.open_due", 10 * MINUTE, open_due),
    Periodic("duties.expire_standing", 60 * MINUTE, lambda at: expire_standing(business_day(at))),
    Periodic("messaging.send_digests", 15 * MINUTE, send_digests),
    Periodic("journal.seal", 10 * MINUTE, _seal),
    Periodic("registers.purge_batches", 60 * MINUTE, purge_batches),
    Periodic("accounts.forget_what_is_over", 60 * MINUTE, lambda at: forget_what_is_over(at=at)),
)
