"""A form sent again with other words: both stand beside each other, and one tap settles it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_look import OFFICER, SMALL

SENT_TWICE = """async (words) => {
  const form = document.querySelector("form[data-draft]");
  const body = new FormData(form);
  const spot = form.querySelector("[name=spot] option:not([value=''])");
  const category = form.querySelector("[name=category] option:not([value=''])");
  body.set("spot", spot ? spot.value : "");
  body.set("category", category ? category.value : form.querySelector("[name=category]").value);
  body.set("place_text", "门厅");
  let answer;
  for (const word of words) {
    body.set("description", word);
    answer = await fetch(location.href, { method: "POST", body });
  }
  return new URL(answer.url).pathname;
}"""


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_two_records_beside_each_other_and_two_decisions(open_page, sign_in, viewport):
    page = sign_in(open_page(viewport), OFFICER)
    page.goto("/hazards/open")
    box = page.evaluate(SENT_TWICE, ["门厅灯不亮", "门厅灯罩脱落", "门厅灯座松动"])
    assert box.startswith("/conflicts/")
    page.goto("/")
    page.get_by_role("link", name="待核对的记录").click()
    page.goto(box)
    expect(page.get_by_role("heading", name="1 处不同")).to_be_visible()
    expect(page.locator("mark")).to_have_text("门厅灯座松动")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.get_by_role("button", name="不要这一份").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已处理：不要这一份。")).to_be_visible()
    page.get_by_role("link", name="待核对的记录").click()
    page.get_by_role("button", name="另存为一条新记录").click()
    expect(page.get_by_text("已另存为一条新记录。")).to_be_visible()
    expect(page.get_by_text("门厅灯罩脱落").first).to_be_visible()
    page.goto("/conflicts/")
    expect(page.get_by_role("heading", name="没有待核对的记录").first).to_be_visible()
