"""How many rows a submission left."""

from anxiao.loop.duties.models import Evidence
from anxiao.loop.hazards.models import Hazard
from anxiao.loop.inspections.models import Finding, Inspection


def count():
    return [model.objects.count() for model in (Inspection, Finding, Hazard, Evidence)]
