"""A whole filing with the keyboard alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from functions.forms.catalogue import Catalogue
from functions.forms.page.encode import encode
from tests.browser.conftest import Visit
from tests.support.browser.steps import NUMBER
from tests.support.clock import last_year
from tests.support.filings import fresh_uscc, valid_self_check

MOST_STOPS = 200
ACTIVE = """() => { const e = document.activeElement;
  return {name: e.name || "", type: e.type || "", value: e.value || "",
          checked: !!e.checked, text: e.innerText || ""} }"""


def tab_to(page: Page, wanted: Any) -> dict[str, Any]:
    """Press Tab until `wanted` holds for the focused element."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        active: dict[str, Any] = page.evaluate(ACTIVE)
        if wanted(active):
            return active
    raise AssertionError("the tab key never came there")


def test_a_self_check_is_filed_with_the_keyboard_alone(visit: Visit, catalogue: Catalogue) -> None:
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    del data["rectification"]
    answers: dict[str, list[str]] = {}
    for name, value in encode(catalogue.get("annual-self-check"), data):
        answers.setdefault(name, []).append(value)
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "跳到正文"
    tab_to(page, lambda e: e["text"] == "我要填报")
    page.keyboard.press("Enter")
    page.wait_for_url("**/forms/")
    tab_to(page, lambda e: "档案工作情况自查报告" in e["text"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/forms/annual-self-check/")
    seen = type_all(page, answers)
    assert seen >= set(answers)
    tab_to(page, lambda e: e["text"] == "下一步：核对")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("核对后提交")
    tab_to(page, lambda e: e["text"] == "确认提交")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(NUMBER)


def type_all(page: Page, answers: dict[str, list[str]]) -> set[str]:
    """Tabs through the form and answers each control as it comes; what was seen."""
    seen: set[str] = set()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        active = page.evaluate(ACTIVE)
        name, values = active["name"], answers.get(active["name"], [])
        if not values or (name in seen and active["type"] != "checkbox"):
            if active["name"] == "declaration.truth_declared" or "核对" in active["text"]:
                break
            continue
        seen.add(name)
        if active["type"] == "radio":
            pick(page, values[0])
        elif active["type"] == "checkbox":
            if active["value"] in values and not active["checked"]:
                page.keyboard.press("Space")
        else:
            page.keyboard.type(values[0])
        if name == "declaration.truth_declared":
            break
    return seen


def pick(page: Page, value: str) -> None:
    """Chooses one of several by the arrow keys."""
    page.keyboard.press("Space")
    for _ in range(10):
        if page.evaluate(ACTIVE)["value"] == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no choice {value}")
