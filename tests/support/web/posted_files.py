"""Files that a browser without JavaScript posts with the whole form."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.support.markup import Page
from tests.support.web.pages import BROWSER, FORM, Pairs, Response

Chosen = list[tuple[str, bytes]]
CONTROL = "upload:files.scans"
HTML = {"Accept": BROWSER["Accept"]}


def upload(client: TestClient, pairs: Pairs, chosen: Chosen, path: str = f"{FORM}/files", **more: str) -> Response:
    """What a browser posts when 上传 is pressed; it sends an empty file where none was chosen."""
    files = [(CONTROL, (name, content, "application/octet-stream")) for name, content in chosen]
    fields: list[Any] = [(name, (None, value)) for name, value in [*pairs, ("action", CONTROL)]]
    return client.post(
        path, files=[*fields, *(files or [(CONTROL, ("", b"", "application/octet-stream"))])], headers={**HTML, **more}
    )


def names(page: Page) -> list[str]:
    return [each.text for each in page.find("span", class_="name")]
