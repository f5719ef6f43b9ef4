"""Posts a form as a browser without JavaScript does, and reads the page that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from starlette.testclient import TestClient

from functions.forms.definition import Definition
from functions.forms.page.encode import encode
from tests.support.markup import Page, read_page

Pairs = list[tuple[str, str]]
FORM = "/forms/annual-self-check"
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Content-Type": "application/x-www-form-urlencoded"}


class Response(Protocol):
    """What these tests read of an answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


def post(client: TestClient, pairs: Pairs, action: str, path: str = FORM) -> Response:
    return client.post(path, content=urlencode([*pairs, ("action", action)]), headers=BROWSER)


def page_of(answer: Response, status: int) -> Page:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "style=" not in answer.text, "the policy would not let it"
    return read_page(answer.text)


def reviewed(client: TestClient, definition: Definition, data: dict[str, Any]) -> Page:
    return page_of(post(client, encode(definition, data), "review", f"/forms/{definition.id}"), 200)
