"""S23: whatever the description allows, and more, is answered as the description says."""

import os
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from anxiao.foundation.access.limits import Limiter
from anxiao.loop.hazards.models import Hazard
from anxiao.project import api as front
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
EXAMPLES = int(os.environ.get("FUZZ", "8"))
"""Per operation; ``FUZZ=200 pytest …`` asks longer."""
SEEN: Counter[int] = Counter()
CONFIG = {
    "seed": 20261123,
    "checks": {
        # What the shape allows a rule of the field may still refuse (422), with the reason.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "413", "422", "429"]
        },
    },
}


@pytest.fixture(scope="module")
def inside(django_db_setup, django_db_blocker, tmp_path_factory):
    """A token of the safety section of a county full of data, and keys of its hazards.

    All of it is rolled back. At the end of a worker's operations some were taken, and none broke.
    """
    patch = pytest.MonkeyPatch()
    for name in ("REQUESTS", "DEAR"):
        patch.setattr(front, name, Limiter(per_minute=6e9, burst=10**9))
    patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("fuzz"))
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # as Django's own test client does
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        secret = next(each for each in world.holders if each.role == "county_safety").secret
        yield secret, list(Hazard.objects.order_by("pk").values_list("pk", flat=True))
        transaction.set_rollback(True)
    assert SEEN[500] == 0
    assert SEEN[200] > 0, "no request was taken: nothing was reached but refusals"
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    patch.undo()


schema = schemathesis.openapi.from_wsgi(
    "/api/openapi.json",
    get_wsgi_application(),
    config=SchemathesisConfig.from_dict(CONFIG),
)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_s23_every_operation_answers_as_it_is_described(case, inside):
    secret, hazards = inside
    key = (case.path_parameters or {}).get("id")
    if isinstance(key, int) and key > 0:  # invented ones would all be 404: steps need a hazard
        case.path_parameters["id"] = hazards[key % len(hazards)]
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})
    SEEN[answer.status_code // 100 * 100] += 1
