"""Form pages by themselves, served from a folder, in Debian's Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from functions.forms.page.form_page import render_form, render_summary
from publisher.output.modules import bundle_modules
from tests.support.forms import shipped

SCRIPTS = Path(__file__).parents[3] / "site" / "theme" / "assets" / "javascripts"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'"
HEAD = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>表</title>'
    '<link rel="stylesheet" href="/form.css"><script type="module" src="/form.js"></script></head>'
)


class Quiet(SimpleHTTPRequestHandler):
    """Serves the folder under the policy that the product uses, and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


class Pages:
    """A folder of pages, and the browser that opens them."""

    def __init__(self, folder: Path, address: str, browser: Browser) -> None:
        self.folder, self.address, self.browser = folder, address, browser
        self.strays: list[str] = []
        self.contexts: list[BrowserContext] = []

    def write(self, name: str, main: str) -> None:
        text = f'{HEAD}<body><main id="main"><h1>表</h1>{main}</main></body></html>'
        (self.folder / name).write_text(text, encoding="utf-8")

    def write_form(self, name: str, form: str, values: Any = None, problems: Any = ()) -> None:
        body = render_form(shipped().get(form), values=values, problems=problems, action="/posted")
        self.write(name, render_summary(problems) + body)

    def open(self, name: str, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = self.browser.new_context(locale="zh-CN", **options)
            self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: self.strays.append(str(error)))
        page.on("console", lambda m: self.strays.append(m.text) if "Security Policy" in m.text else None)
        page.goto(f"{self.address}/{name}")
        return page


@pytest.fixture
def pages(tmp_path: Path, browser: Browser) -> Iterator[Pages]:
    """Both forms, empty, with their script; fails when a page threw or broke the policy."""
    (tmp_path / "form.js").write_text(bundle_modules(SCRIPTS / "form.js"), encoding="utf-8")
    (tmp_path / "form.css").write_text("[hidden] { display: none !important; }", encoding="utf-8")
    (tmp_path / "favicon.ico").write_bytes(b"")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = Pages(tmp_path, f"http://127.0.0.1:{server.server_port}", browser)
    made.write_form("check.html", "annual-self-check")
    made.write_form("project.html", "key-project-registration")
    made.write("filed.html", '<p data-filed="annual-self-check">已收到</p>')
    yield made
    for context in made.contexts:
        context.close()
    server.shutdown()
    server.server_close()
    assert made.strays == []
