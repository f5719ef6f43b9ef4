"""An officer calls a unit from a phone without script and notes what was said; axe on each page (F2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from functions.bootstrap import open_services
from functions.settings import Settings
from tests.browser.conftest import PHONE, WIDE, Visit, add_staff
from tests.browser.test_accessibility import findings
from tests.support.board import list_units
from tests.support.browser.steps import overflow, sign_in
from tests.support.command_line import run
from tests.support.filings import make_uscc
from tests.support.serving import Server, start_server
from tests.support.stores import STORES

LIST = "/desk/reminders"
# A day that is long over, whatever day the test runs on: what was due on the next is still owed.
ON = "2024-09-29"
CALLED = re.compile("已联系.*示例县第一中学")


@pytest.fixture
def server(site: Path, tmp_path: Path) -> Iterator[Server]:
    """A server with two units that a night has put on the list."""
    data = tmp_path / "data"
    services = open_services(Settings(data=data, cloud=STORES.cloud(data)), lock=False)
    more: dict[str, Any] = {"since": "2020-01-01", "contact_name": "示例甲", "contact_phone": "13800138000"}
    names = ("示例县第一中学", "示例县退役军人事务局综合服务保障中心")
    list_units(services, *({"unit_name": name, "uscc": make_uscc(n), **more} for n, name in enumerate(names, 1)))
    services.close()
    done = run("remind", "--on", ON, "--data", str(data), "--site", str(site))
    assert "列入电话名单 2 份" in done.stdout, done.stderr
    with start_server(site=site, data=data) as running:
        yield running


@pytest.fixture
def caller(server: Server) -> tuple[str, str]:
    """Name and password of an officer whom the operator has added beside the running server."""
    return add_staff(server, "cuibao", "officer")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_a_call_is_noted_on_a_phone(visit: Visit, caller: tuple[str, str], javascript: bool) -> None:
    page = visit(LIST, javascript=javascript, viewport=PHONE)
    sign_in(page, *caller)
    page.goto(LIST)
    expect(page.get_by_role("link", name="13800138000").first).to_have_attribute("href", "tel:13800138000")
    page.get_by_role("button", name=CALLED).first.click()
    expect(page.locator(".err")).to_contain_text("请写说了什么")
    page.get_by_label("示例县第一中学说了什么").first.fill("说周五以前报")
    page.get_by_role("button", name=CALLED).first.click()
    expect(page.get_by_role("status")).to_contain_text("记下了：已联系")
    expect(page.locator("table[aria-labelledby=past]")).to_contain_text("cuibao：说周五以前报")
    expect(page.locator("table[aria-labelledby=calls]")).not_to_contain_text("示例县第一中学")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(
    visit: Visit, caller: tuple[str, str], scheme: str, viewport: dict[str, int]
) -> None:
    page = visit(LIST, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    sign_in(page, *caller)
    for address in (LIST, f"{LIST}?q=没有"):
        page.goto(address)
        assert findings(page) == [], page.url
        assert overflow(page) == 0, page.url
    page.goto(LIST)
    page.get_by_role("button", name=CALLED).click()
    expect(page.locator(".err")).to_contain_text("请写说了什么")
    assert findings(page) == []
    assert overflow(page) == 0
