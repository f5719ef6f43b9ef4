"""A browser without JavaScript that keeps the access code as the pages hand it on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin

from starlette.testclient import TestClient

from tests.support.markup import Page
from tests.support.web.pages import BROWSER, Pairs, page_of


class Browser:
    """A browser without JavaScript: it posts what the page's controls hold, to where the page's form says."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.url = "http://127.0.0.1/track/"
        self.visited = [self.url]

    def post(self, action: str, pairs: Pairs, status: int = 200) -> Page:
        self.url = urljoin(self.url, action)
        self.visited.append(self.url)
        return page_of(self.client.post(self.url, content=urlencode(pairs), headers=BROWSER), status)

    def look(self, given: dict[str, Any], status: int = 200) -> Page:
        self.url = "http://127.0.0.1/track/"
        return self.post("/track", [("number", given["number"]), ("code", given["access_code"])], status)

    def press(self, page: Page, ending: str, status: int = 200) -> Page:
        """Sends the small form that leads there."""
        (form,) = [each for each in page.find("form") if each.attributes["action"].endswith(ending)]
        code = page.find("input", name="code")[0].attributes["value"]
        pairs = [("code", code)]
        if ending == "track":
            pairs.append(("number", page.find("input", name="number")[0].attributes["value"]))
        return self.post(form.attributes["action"], pairs, status)

    def send(self, page: Page, action: str, changes: dict[str, str] | None = None, status: int = 200) -> Page:
        """Sends the form of the answers by one of its buttons."""
        pairs = [(name, (changes or {}).get(name, value)) for name, value in page.posted()]
        target = page.one("form", id="form").attributes["action"]
        return self.post(target, [*pairs, ("action", action)], status)
