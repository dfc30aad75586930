"""A long text: how much may still be written, and that a paste was cut."""

from playwright.sync_api import expect

LINES = "二楼东侧应急灯不亮。\n"


def test_a_text_within_the_limit_of_the_browser_is_taken(page, sign_in):
    """Line breaks are one character each, here and on the server."""
    sign_in(page, "safety_officer.yhx001")
    page.goto("/hazards/open")
    text = page.get_by_label("隐患情况")
    text.fill((LINES * 60)[:400])
    expect(page.get_by_text("还可写")).to_be_hidden()
    text.fill((LINES * 60)[:500])
    expect(page.locator("[data-text-room]")).to_contain_text("还可写 0 字")
    page.get_by_label("隐患类别").select_option(index=1)
    page.get_by_label("具体位置").fill("教学楼西侧")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("待指派")


def test_a_paste_that_was_cut_is_told(desk, sign_in):
    sign_in(desk, "safety_officer.yhx001")
    desk.goto("/hazards/open")
    text = desk.get_by_label("隐患情况")
    text.evaluate(
        """(field) => {
          const data = new DataTransfer();
          data.setData("text", "长".repeat(520));
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(desk.get_by_text("粘贴的内容太长")).to_be_visible()
