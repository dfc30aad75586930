"""A checklist that is not in force: what the page says."""

import pytest
from django.urls import reverse

from anxiao.loop.inspections.models import Checklist
from tests.loop.inspections.pages import text

pytestmark = pytest.mark.django_db


def test_a_checklist_that_is_not_in_force_says_what_to_do(world, clerk, officer):
    for wanted in ("nosuch", "0", str(1 << 70)):
        answer = officer.get(f"{reverse('inspections:new')}?checklist={wanted}")
        assert answer.status_code == 404
        page = text(answer)
        assert "这张检查表没有启用" in page
        assert f"{reverse('inspections:start')}?unit={world.school.pk}" in page
        assert "管理检查表" not in page
    Checklist.objects.filter(code="gate").update(state="retired")
    page = text(officer.get(f"{reverse('inspections:new')}?checklist=gate"))
    assert f"“{world.gate.title}”没有启用" in page
    at_school = f"{reverse('inspections:new')}?checklist=gate&unit={world.school.pk}"
    assert "管理检查表" in text(clerk.get(at_school))
