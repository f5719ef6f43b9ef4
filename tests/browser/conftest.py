"""Debian's Chromium, driven by Playwright; every page that a test opens is watched for strays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.support.clock import last_year
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import COMMAND, ROOT, Server, environment
from tests.support.stores import STORES

WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}

Visit = Callable[..., Page]


def watch(page: Page, server: Server, strays: list[str]) -> Callable[[], None]:
    """Note in `strays` when the page asks another host, breaks the CSP or throws, until what is returned is called."""
    # Files come from where they lie, which is ours too.
    own = {"", urlsplit(server.url).netloc, urlsplit(STORES.url).netloc}
    listeners: dict[Any, Callable[[Any], None]] = {
        "request": lambda r: strays.append(r.url) if urlsplit(r.url).netloc not in own else None,
        "pageerror": lambda e: strays.append(str(e)),
        "console": lambda m: strays.append(m.text) if "Content Security Policy" in m.text else None,
    }
    for event, listener in listeners.items():
        page.on(event, listener)

    def stop() -> None:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)

    return stop


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Opens pages in contexts of their own; fails when one asked another host, broke the CSP or threw."""
    contexts: list[BrowserContext] = []
    strays: list[str] = []

    def open_page(path: str, *, javascript: bool = True, viewport: ViewportSize = WIDE, **options: Any) -> Page:
        context = browser.new_context(
            base_url=server.url, java_script_enabled=javascript, viewport=viewport, locale="zh-CN", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        watch(page, server, strays)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strays == []


@pytest.fixture(scope="module")
def windows(browser: Browser, server: Server) -> Iterator[Callable[[bool], Page]]:
    """A window under the CSP, and one without it; each stays open, since a new one takes longer than most pages."""

    @cache
    def window(bypass_csp: bool) -> Page:
        page = browser.new_page(base_url=server.url, locale="zh-CN", bypass_csp=bypass_csp)
        page.set_default_timeout(10_000)
        return page

    yield window
    for bypass_csp in (True, False):
        window(bypass_csp).close()


@pytest.fixture
def read(windows: Callable[[bool], Page], server: Server) -> Iterator[Visit]:
    """Opens pages as `visit` does, but in the window of the test before: for tests that leave nothing in it."""
    strays: list[str] = []
    watched: list[Callable[[], None]] = []

    def open_page(
        path: str, *, viewport: ViewportSize = WIDE, color_scheme: Any = "light", bypass_csp: bool = False
    ) -> Page:
        page = windows(bypass_csp)
        watched.append(watch(page, server, strays))
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        page.goto(path)
        return page

    yield open_page
    for stop in watched:
        stop()
    assert strays == []


@pytest.fixture(scope="session")
def officer(server: Server) -> tuple[str, str]:
    """Name and password of an officer whom the operator has added beside the running server."""
    return add_staff(server, "lieshi", "officer")


@pytest.fixture(scope="session")
def reviewer(server: Server) -> tuple[str, str]:
    """A signed-in page of a reviewer, who may accept."""
    return add_staff(server, "shenhe", "reviewer")


def add_staff(server: Server, name: str, role: str) -> tuple[str, str]:
    """Adds an account as an operator does; its name and password."""
    password = "shuimohua-2026-xuni"
    command = ["staff", "add", name, "--role", role, "--password-stdin", "--data", str(server.data)]
    subprocess.run(
        [*COMMAND, *command],
        input=password,
        text=True,
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=environment(arguments=command),
    )
    return name, password


@pytest.fixture(scope="session")
def filed(server: Server) -> str:
    """The number of a self-check report that a program has filed."""
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), unit_name="示例县人民医院")
    request = Request(
        f"{server.url}/api/submissions/annual-self-check",
        data=json.dumps(data).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as answer:
        number: str = json.load(answer)["number"]
    return number
