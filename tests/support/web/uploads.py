"""Sends a file as a program does: announced, in parts, completed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from tests.support.files import sha256
from tests.support.store.blobs import part_of

API = "/api/attachments"


def announce(client: TestClient, content: bytes, name: str = "扫描件.pdf", **changes: Any) -> Any:
    return client.post(API, json={"name": name, "size": len(content), "sha256": sha256(content), **changes})


def bearer(told: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['token']}"}


def ticket_for(client: TestClient, told: dict[str, Any], content: bytes, part: int) -> Any:
    """Where and how to send a part."""
    piece = part_of(content, part)
    answer = client.post(f"{API}/{told['id']}/parts/{part}", json={"sha256": sha256(piece)}, headers=bearer(told))
    assert answer.status_code == 200, answer.text
    return answer.json()


def send_part(client: TestClient, told: dict[str, Any], content: bytes, part: int) -> Any:
    piece, ticket = part_of(content, part), ticket_for(client, told, content, part)
    return client.request(ticket["method"], urlsplit(ticket["url"]).path, headers=ticket["headers"], content=piece)


def complete(client: TestClient, told: dict[str, Any]) -> Any:
    return client.post(f"{API}/{told['id']}/completion", headers=bearer(told))


def send(client: TestClient, content: bytes, name: str = "扫描件.pdf") -> Any:
    """The answer to the completion of a file that was sent whole."""
    told = announce(client, content, name).json()
    for part in range(1, told["parts"] + 1):
        assert send_part(client, told, content, part).status_code == 204
    return complete(client, told)
