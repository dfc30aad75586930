"""Pages of checklists: of a point, from draft to force, and what an old record keeps."""

import pytest
from django.urls import reverse

from anxiao.foundation.journal.models import Entry
from anxiao.loop.inspections.models import Checklist, Inspection, PointChecklist
from anxiao.loop.inspections.services import (
    edit_draft,
    new_version,
    publish_checklist,
    submit_inspection,
)
from tests.builders import AT
from tests.loop.inspections.pages import fill_url, filled, text

pytestmark = pytest.mark.django_db


def test_checklists_of_a_point(world, officer):
    page = text(officer.get(reverse("inspections:points")))
    assert world.gate.title in page
    officer.post(reverse("inspections:assign", args=[world.point.pk]), {"codes": ["fire"]})
    assert PointChecklist.objects.get().checklist_code == "fire"
    assert world.fire.title in text(officer.get(f"/p/{world.point.code}"))


def test_an_old_record_keeps_the_version_it_was_made_on(world, clerk, officer):
    inspection, _created = submit_inspection(world.submitted(), actor=world.officer, at=AT)
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    items = [{**world.gate.items[0], "text": "换了新内容。"}]
    edit_draft(draft, {"title": "新表", "items": items}, actor=world.clerk, at=AT)
    draft.refresh_from_db()
    publish_checklist(draft, actor=world.clerk, at=AT)
    assert "新表" in text(officer.get(reverse("inspections:start")))
    page = text(officer.get(reverse("inspections:detail", args=[inspection.pk])))
    assert world.gate.title in page
    assert world.gate.items[-1]["text"] in page
    assert "换了新内容" not in page
    version = reverse("inspections:checklist", args=[world.gate.pk])
    assert f'href="{version}"' in page
    old = text(officer.get(version))
    assert world.gate.items[-1]["text"] in old
    replaced = officer.get(fill_url(world.gate))
    assert replaced.status_code == 404
    assert f"“{world.gate.title}”已换新版本" in text(replaced)
    assert f"checklist={draft.pk}" in text(replaced)
    assert officer.get(fill_url(draft)).status_code == 200
    answer = officer.post(fill_url(world.gate), filled(world.gate))
    assert answer.status_code == 302
    assert Inspection.objects.latest("pk").checklist == world.gate


def test_a_checklist_from_draft_to_force(world, clerk, officer):
    page = reverse("inspections:checklist", args=[world.gate.pk])
    assert "修改为新版本" in text(clerk.get(page))
    assert "修改为新版本" not in text(officer.get(page))
    answer = clerk.post(reverse("inspections:checklist_copy", args=[world.gate.pk]))
    draft = Checklist.objects.get(owner=world.county)
    assert answer.url == reverse("inspections:checklist_edit", args=[draft.pk])
    assert officer.get(reverse("inspections:checklist", args=[draft.pk])).status_code == 404
    assert clerk.get(answer.url).status_code == 200
    body = {
        "title": "本区校门检查",
        "clause": "2.2.a",
        "key_part": "gate",
        "category": draft.category,
        "cadence": "weekly",
        "minutes": "9",
        "row": ["1", "2"],
        "code_1": draft.items[0]["code"],
        "text_1": "门卫室有人值守。",
        "look_1": "看值班表。",
        "days_1": "3",
        "text_2": "新的一项。",
        "photo_2": "on",
        "confirm_2": "on",
    }
    moved = clerk.post(answer.url, body | {"up": "2"})
    assert moved.url == f"{answer.url}?open=1#row-1"
    assert '<details class="insp-row" id="row-1" open>' in text(clerk.get(moved.url))
    draft.refresh_from_db()
    assert [item["text"] for item in draft.items] == ["新的一项。", "门卫室有人值守。"]
    assert draft.items[1]["code"] == world.gate.items[0]["code"]
    assert draft.items[0]["photo"] is True
    assert [item["confirm"] for item in draft.items] == [True, False]
    assert clerk.post(reverse("inspections:checklist_publish", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    assert "本区校门检查" in text(officer.get(reverse("inspections:start")))
    assert (
        clerk.post(reverse("inspections:checklist_edit", args=[draft.pk]), body).status_code == 409
    )
    clerk.post(reverse("inspections:checklist_retire", args=[draft.pk]))
    assert Entry.objects.filter(action="retire", subject_id=draft.pk).count() == 1
    assert world.gate.title in text(officer.get(reverse("inspections:start")))
    made = clerk.post(
        reverse("inspections:checklist_new"), {**body, "code": "own-list", "title": "自编"}
    )
    own = Checklist.objects.get(code="own-list")
    assert made.url == reverse("inspections:checklist_edit", args=[own.pk])
    publish = reverse("inspections:checklist_publish", args=[own.pk])
    assert "还没有检查项" in text(clerk.post(publish, follow=True))
    clerk.post(reverse("inspections:checklist_delete", args=[own.pk]))
    assert not Checklist.objects.filter(code="own-list").exists()


def test_items_are_moved_removed_and_added_one_at_a_time(world, clerk):
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    url = reverse("inspections:checklist_edit", args=[draft.pk])
    head = {name: getattr(draft, name) for name in ("title", "clause", "key_part", "category")}
    head |= {"cadence": draft.cadence, "minutes": draft.minutes}
    page = text(clerk.get(url))
    assert page.count('<details class="insp-row"') == len(draft.items) + 1
    assert page.count('open><summary><span class="insp-row-number">') == 0

    def press(name, row):
        draft.refresh_from_db()
        rows = {"row": [str(n) for n in range(1, len(draft.items) + 1)]}
        for n, item in enumerate(draft.items, 1):
            rows |= {f"{key}_{n}": item[key] for key in ("code", "text", "days", "level")}
        answer = clerk.post(url, head | rows | {name: row})
        draft.refresh_from_db()
        return answer.url.removeprefix(url), [item["code"] for item in draft.items]

    codes = [item["code"] for item in draft.items]
    first, second, *rest = codes
    assert press("down", "1") == ("?open=2#row-2", [second, first, *rest])
    assert press("up", "2") == ("?open=1#row-1", codes)
    assert press("up", "1") == ("?open=1#row-1", codes)
    assert press("remove", "2") == ("", [first, *rest])
    more = len(rest) + 2
    assert press("more", "1") == (f"?open={more}#row-{more}", [first, *rest])
    assert press("save", "1")[0] == reverse("inspections:checklist", args=[draft.pk])


def test_a_school_edits_no_checklist(world, officer):
    draft = new_version("gate", world.county, actor=world.clerk, at=AT)
    for name in ("edit", "publish", "retire", "delete", "copy"):
        url = reverse(f"inspections:checklist_{name}", args=[draft.pk])
        assert officer.post(url).status_code == 403, name
