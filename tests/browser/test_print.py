"""Pages on A4 paper: typed text in full, tables as tables, and a tint only for ticked filings."""

from __future__ import annotations

import re
import unicodedata

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visit
from tests.conftest import ROOT
from tests.support.exports.pdf_text import words

STYLESHEETS = ROOT / "site" / "theme" / "assets" / "stylesheets"
# What is left of A4 between the margins, in CSS pixels.
A4: ViewportSize = {"width": 642, "height": 980}
LINES = [f"第{number}行说明" for number in range(1, 41)]
LONG_NAME = "示例县档案工作中学" * 10
ROWS = """
<table class="tbl list" id="rows"><tbody>
<tr><td class="tick"><input type="checkbox" checked></td><td>勾选的</td></tr>
<tr><td class="tick"><input type="checkbox"></td><td>没有勾选的</td></tr>
<tr><td></td><td><select><option>一</option><option selected>二</option></select></td></tr>
<tr><td></td><td><input type="radio" checked> 单选</td></tr>
</tbody></table>"""


def printed(page: Page) -> str:
    """The words of the printed page; Chromium spells 行 as a radical of the same look."""
    return unicodedata.normalize("NFKC", words(page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_long_text_is_on_paper_to_its_last_line(visit: Visit, javascript: bool) -> None:
    page = visit("/forms/annual-self-check/", javascript=javascript)
    page.locator("textarea:visible").first.fill("\n".join(LINES))
    assert "".join(LINES) in printed(page)
    expect(page.locator(".typed")).to_have_count(0)
    expect(page.locator("textarea").first).to_be_visible()


def test_a_long_name_is_on_paper_whole(visit: Visit) -> None:
    page = visit("/forms/annual-self-check/")
    page.locator("[name$=unit_name]").fill(LONG_NAME)
    assert LONG_NAME in printed(page)
    expect(page.locator("[name$=unit_name]")).to_be_visible()


@pytest.mark.parametrize("path", ["/duties/", "/services/"])
def test_a_table_is_a_table_on_paper(visit: Visit, path: str) -> None:
    page = visit(path, viewport=A4)
    head = page.locator(".cards thead").first
    assert head.evaluate("e => getComputedStyle(e).position") == "absolute", "a narrow screen has cards"
    page.emulate_media(media="print")
    assert head.evaluate("e => getComputedStyle(e).display") == "table-header-group"
    assert page.locator(".cards tbody td").first.evaluate("e => getComputedStyle(e).display") == "table-cell"


def test_no_rule_of_width_holds_on_paper() -> None:
    rules = [
        rule for sheet in STYLESHEETS.glob("*.css") for rule in re.findall(r"@media[^{]*", sheet.read_text("utf-8"))
    ]
    widths = [rule for rule in rules if "width" in rule]
    assert len(widths) >= 4
    assert [rule for rule in widths if not rule.startswith("@media screen and ")] == []


@pytest.mark.parametrize("width", [1280, 360])
def test_only_a_ticked_row_is_tinted(visit: Visit, width: int) -> None:
    page = visit("/privacy/", viewport={"width": width, "height": 800})
    page.locator("main").evaluate("(main, html) => { main.innerHTML = html; }", ROWS)
    tints = page.locator("#rows tr").evaluate_all(
        "rows => rows.map(row => [row, row.lastElementChild].map(e => getComputedStyle(e).backgroundColor).join())"
    )
    ticked, *others = tints
    assert ticked not in others
    assert len(set(others)) == 1
