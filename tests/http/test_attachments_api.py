"""A file comes in parts, goes on after a cut, is looked at, and gets the voucher with which a filing may name it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.records.attachments import vouched
from functions.records.blobs import PART_BYTES
from tests.support.files import pdf_of, sha256

API = "/api/attachments"


def announce(client: TestClient, content: bytes, name: str = "扫描件.pdf", **changes: Any) -> Any:
    return client.post(API, json={"name": name, "size": len(content), "sha256": sha256(content), **changes})


def bearer(told: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['token']}"}


def send_part(client: TestClient, told: dict[str, Any], content: bytes, part: int) -> Any:
    piece = content[(part - 1) * PART_BYTES : part * PART_BYTES]
    answer = client.post(f"{API}/{told['id']}/parts/{part}", json={"sha256": sha256(piece)}, headers=bearer(told))
    assert answer.status_code == 200, answer.text
    ticket = answer.json()
    return client.request(ticket["method"], urlsplit(ticket["url"]).path, headers=ticket["headers"], content=piece)


def complete(client: TestClient, told: dict[str, Any]) -> Any:
    return client.post(f"{API}/{told['id']}/completion", headers=bearer(told))


def send(client: TestClient, content: bytes, name: str = "扫描件.pdf") -> Any:
    """The answer to the completion of a file that was sent whole."""
    told = announce(client, content, name).json()
    for part in range(1, told["parts"] + 1):
        assert send_part(client, told, content, part).status_code == 204
    return complete(client, told)


@pytest.mark.parametrize("size", [200, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 17])
def test_a_file_that_arrived_whole_is_vouched_for(client: TestClient, services: Services, size: int) -> None:
    content = pdf_of(size)
    answer = send(client, content, "盖章 扫描件.PDF")
    told = answer.json()
    assert answer.status_code == 200
    assert {key: told[key] for key in ("name", "size", "sha256", "scanned")} == {
        "name": "盖章 扫描件.PDF",
        "size": size,
        "sha256": sha256(content),
        "scanned": True,
    }
    assert vouched(services.keys, [told["voucher"]], services.clock()) == {(sha256(content), size)}
    assert b"".join(services.blobs.stream("attachments", sha256(content))) == content


def test_an_upload_goes_on_where_it_was_cut(client: TestClient) -> None:
    content = pdf_of(2 * PART_BYTES + 5)
    told = announce(client, content).json()
    assert (told["parts"], told["part_size"]) == (3, PART_BYTES)
    send_part(client, told, content, 3)
    early = complete(client, told)
    assert (early.status_code, early.json()["missing"]) == (409, [1, 2])
    state = client.get(f"{API}/{told['id']}", headers=bearer(told)).json()
    assert state == {"parts": 3, "part_size": PART_BYTES, "arrived": [3]}
    for part in (1, 2):
        send_part(client, told, content, part)
    assert complete(client, told).status_code == 200
