"""Promises of the look, in a real browser: dark, large type, print, small screens, a search that finds every word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.steps import overflow

Visit = Callable[..., Page]

SOURCE = Path(__file__).parents[1] / "publisher" / "responsibility-list.txt"
KINDS = (
    "/",
    "/duties/",
    "/services/",
    "/sections/guidance/",
    "/regimes/",
    "/regimes/yi/",
    "/forms/",
    "/forms/annual-self-check/",
    "/forms/key-project-registration/",
    "/laws/",
    "/open-data/",
    "/changes/",
    "/search/?q=档案",
    "/privacy/",
    "/nowhere/",
    "/desk/sign-in",
)
PLAIN = """
<div class="md-typeset">
<div class="admonition warning"><p class="admonition-title">注意</p><p>文字</p></div>
<details open><summary>更多</summary><p>文字</p></details>
<table><thead><tr><th>栏</th></tr></thead><tbody><tr><td>格</td></tr></tbody></table>
<pre><code>qingdan build</code></pre><p><code>content/</code></p>
<div class="footnote"><ol><li>注</li></ol></div>
</div>"""


def colour(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{name}"))


@pytest.mark.parametrize("path", KINDS)
def test_nothing_is_wider_than_the_screen(visit: Visit, path: str) -> None:
    """look.md §2: nothing overflows at 360 px, nor in large type at 320 px."""
    page = visit(path, viewport={"width": 360, "height": 740})
    assert overflow(page) <= 0
    page.set_viewport_size({"width": 320, "height": 740})
    page.evaluate("document.documentElement.classList.add('elder')")
    assert overflow(page) <= 0


def test_large_type_is_switched_in_the_footer_and_stays(visit: Visit) -> None:
    page = visit("/duties/")
    switch = page.get_by_role("button", name="大字版")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    assert colour(page, "html", "fontSize") == "26px"
    page.goto("/laws/")
    expect(page.get_by_role("button", name="大字版")).to_have_attribute("aria-pressed", "true")
    assert colour(page, "html", "fontSize") == "26px"
    page.get_by_role("button", name="大字版").click()
    assert colour(page, "html", "fontSize") == "20px"


def test_without_javascript_no_switch_is_promised(visit: Visit) -> None:
    page = visit("/", javascript=False)
    expect(page.locator("#elder")).to_be_hidden()


@pytest.mark.parametrize(
    ("scheme", "paper", "text"),
    [("light", "rgb(253, 252, 249)", "rgb(23, 35, 43)"), ("dark", "rgb(18, 25, 29)", "rgb(232, 233, 229)")],
)
def test_the_readers_system_decides_between_light_and_dark(visit: Visit, scheme: str, paper: str, text: str) -> None:
    page = visit("/", color_scheme=scheme)
    assert colour(page, "body", "backgroundColor") == paper
    assert colour(page, "main", "color") == text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plain_markdown_uses_the_site_colours(visit: Visit, scheme: str) -> None:
    """The theme styles editors' Markdown with our colours, never with its own blue."""
    page = visit("/privacy/", color_scheme=scheme)
    page.locator("main").evaluate("(main, html) => { main.innerHTML = html; }", PLAIN)
    tokens = {
        name: page.evaluate(
            "n => { const d = document.createElement('i'); d.style.color = `var(${n})`; document.body.append(d);"
            " const c = getComputedStyle(d).color; d.remove(); return c; }",
            name,
        )
        for name in ("--text", "--kraft", "--ochre-t", "--wash", "--ink")
    }
    assert colour(page, ".admonition", "backgroundColor") == tokens["--ochre-t"]
    assert colour(page, "details", "backgroundColor") == tokens["--wash"]
    assert colour(page, "pre", "backgroundColor") == tokens["--kraft"]
    assert colour(page, "table", "borderTopColor") == tokens["--ink"]
    for selector in (".admonition p", "summary", "td", "pre code", ".footnote li"):
        assert colour(page, selector, "color") == tokens["--text"], selector


def test_print_shows_only_the_text(visit: Visit) -> None:
    page = visit("/regimes/bing/")
    page.emulate_media(media="print")
    for selector in (".nav", ".crumb", ".skip", ".side", ".foot ul"):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.get_by_text("以网上最新文本为准")).to_be_visible()
    assert colour(page, "body", "backgroundColor") == "rgb(255, 255, 255)"


def test_a_short_page_ends_with_its_footer(visit: Visit) -> None:
    page = visit("/track/", viewport={"width": 1280, "height": 2000})
    assert colour(page, "html", "backgroundColor") == colour(page, ".foot", "backgroundColor")
    assert colour(page, "body", "backgroundColor") != colour(page, ".foot", "backgroundColor")


def test_small_print_keeps_its_distance_from_the_button_above(visit: Visit) -> None:
    page = visit("/track/")
    button, note = page.get_by_role("button", name="查看").bounding_box(), page.locator("main .note").bounding_box()
    assert button is not None
    assert note is not None
    assert note["y"] - (button["y"] + button["height"]) >= 8


def phrases() -> list[str]:
    """Every run of the list's text between two marks of punctuation, long enough to be looked for."""
    runs = re.split(r"[\s，。；：、（）()《》“”\"—\-]+", SOURCE.read_text(encoding="utf-8"))
    return sorted({run for run in runs if len(run) >= 4 and re.search(r"[一-鿿]", run)})


def test_every_phrase_of_the_list_is_found(visit: Visit) -> None:
    page = visit("/search/")
    page.locator(".count").wait_for(state="attached")
    wanted = phrases()
    assert len(wanted) > 300
    missed = page.evaluate(
        """wanted => {
          const form = document.querySelector("form.find");
          return wanted.filter(words => {
            form.elements.q.value = words;
            form.requestSubmit();
            return !document.querySelector(".hits li");
          });
        }""",
        wanted,
    )
    assert missed == []


def test_the_home_page_leads_to_hits_that_are_counted_and_marked(visit: Visit) -> None:
    page = visit("/")
    page.get_by_label("查找职责、科室、法规、电话").fill("自查报告")
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".count")).to_have_text(re.compile("^找到 [0-9]+ 处“自查报告”$"))
    expect(page.locator(".count")).to_have_attribute("aria-live", "polite")
    expect(page.locator(".hits mark").first).to_have_text("自查报告")
    page.locator(".hits a", has_text="丙五2").first.click()
    expect(page).to_have_url(re.compile(r"/regimes/bing/#bing-5-2$"))


def test_several_words_are_all_found_together(visit: Visit) -> None:
    page = visit("/search/?q=自查报告 建议任免机关")
    expect(page.locator(".hits a")).to_have_text(["丙六3 档案安全事项监管"])
    page.goto("/search/?q=自查报告 天气预报")
    expect(page.locator(".count")).to_contain_text("没有找到")


def test_a_search_without_hits_offers_a_next_step(visit: Visit) -> None:
    page = visit("/search/?q=天气预报")
    expect(page.locator(".count")).to_have_text("没有找到“天气预报”。换一个短些的词，或者从下面的索引里找")


def test_without_javascript_the_search_page_is_the_index(visit: Visit) -> None:
    page = visit("/search/?q=自查报告", javascript=False)
    expect(page.get_by_role("link", name=re.compile("^丙五2")).first).to_be_visible()


def test_the_first_tab_stop_jumps_to_the_text(visit: Visit) -> None:
    page = visit("/regimes/bing/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_in_forced_colours_states_keep_their_shape(visit: Visit) -> None:
    page = visit("/forms/annual-self-check/", forced_colors="active")
    assert colour(page, ".prog .st", "display") == "flex"
    width = page.locator(".prog .st").first.evaluate("e => parseFloat(getComputedStyle(e, '::before').width)")
    assert width > 8
