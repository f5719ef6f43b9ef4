"""With the disk nearly full, files from outside are refused with 507 in words, and filings go on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from functions.attach import create_app as create_attach
from functions.bootstrap import Services
from functions.submit import create_app as create_submit
from functions.web.http.temporary_room import KEPT_FREE
from tests.support.filings import valid_self_check

SIZE = 20 * 1024 * 1024
FILE = {"name": "扫描件.pdf", "size": SIZE, "sha256": "0" * 64}


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_free(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    return set_free


def test_uploads_are_refused_while_filings_go_on(services: Services, disk: Callable[[int], None]) -> None:
    disk(KEPT_FREE)
    attach, submit = TestClient(create_attach(services)), TestClient(create_submit(services))
    refused = attach.post("/api/attachments", json=FILE)
    assert (refused.status_code, refused.headers["retry-after"]) == (507, "3600")
    assert "填报照常" in refused.json()["detail"]
    assert submit.post("/api/submissions/annual-self-check", json=valid_self_check()).status_code == 201
    assert submit.get("/healthz").status_code == 200


def test_a_form_with_a_file_keeps_what_was_typed(services: Services, disk: Callable[[int], None]) -> None:
    disk(KEPT_FREE)
    answer = TestClient(create_attach(services)).post(
        "/forms/annual-self-check/files",
        data={"unit.unit_name": "示例镇人民政府"},
        files={"file:attachments": ("扫描件.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")},
    )
    assert "示例镇人民政府" in answer.text


def test_no_piece_of_a_file_is_kept_for_the_while_on_a_full_disk(
    services: Services, disk: Callable[[int], None]
) -> None:
    disk(KEPT_FREE - 1)
    client = TestClient(create_attach(services))
    for path in ("/forms/annual-self-check/files",):
        answer = client.post(path, files={"x": ("扫描件.pdf", b"%PDF-1.7", "application/pdf")})
        assert answer.status_code == 507
