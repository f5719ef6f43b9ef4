"""What people do in a browser, step by step: a clerk fills in by name of control, an officer signs in."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

from functions.forms.definition import Definition
from functions.forms.page.encode import encode

NUMBER = re.compile(r"(SC|KP)-20\d\d-[2-9A-HJ-NP-Z]{6,}")
CODE = re.compile(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}")


def fill_in(page: Page, definition: Definition, data: dict[str, Any]) -> None:
    """Gives every answer of `data` to its control, in form order; the rows must be on the page already."""
    for name, value in encode(definition, data):
        fill_one(page, name, value)


def fill_one(page: Page, name: str, value: str) -> None:
    """Ticks, picks or types one answer."""
    control = page.locator(f'[name="{name}"]:not([type=hidden])').first
    if control.get_attribute("type") in ("radio", "checkbox"):
        box = page.locator(f'[name="{name}"][value="true"], [name="{name}"][value="{value}"]').first
        box.set_checked(value != "false")
    elif control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def act(page: Page, action: str) -> None:
    """Presses the button that does `action`; the page that answers has been read to its end."""
    page.locator(f'button[name=action][value="{action}"]:visible').last.click()
    page.wait_for_load_state()


def sign_in(page: Page, name: str, password: str) -> None:
    """Signs in at the page that asks for it."""
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("main button").last.click()
    page.wait_for_load_state()


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
