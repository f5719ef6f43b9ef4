"""A file is uploaded in parts, resumes after a cut, is inspected, and gets a voucher for a filing."""

from __future__ import annotations

import base64
import hashlib
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.attachment_field import MOST_BYTES
from functions.records.attachments.inspection import standing_of
from functions.records.attachments.named import vouched
from functions.records.attachments.store import PART_BYTES
from tests.support.clock import Clock
from tests.support.files import docx, pdf_of, png, sha256, zip_of
from tests.support.web.uploads import API, announce, bearer, complete, send, send_part


@pytest.mark.parametrize("size", [200, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 17])
def test_a_complete_upload_returns_a_voucher(client: TestClient, services: Services, size: int) -> None:
    content = pdf_of(size)
    answer = send(client, content, "盖章 扫描件.PDF")
    told = answer.json()
    assert answer.status_code == 200
    assert {key: told[key] for key in ("name", "size", "sha256", "scanned", "waiting")} == {
        "name": "盖章 扫描件.PDF",
        "size": size,
        "sha256": sha256(content),
        "scanned": False,
        "waiting": False,
    }
    assert vouched(services.keys, [told["voucher"]], services.clock()) == {(sha256(content), size)}
    assert b"".join(services.blobs.stream("attachments", sha256(content))) == content


def test_a_completion_may_be_repeated(client: TestClient) -> None:
    told = announce(client, png(), "章.png").json()
    send_part(client, told, png(), 1)
    assert [complete(client, told).status_code for _ in range(3)] == [200, 200, 200]


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


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"name": ""}, "/name", "文件名"),
        ({"name": "长" * 197 + ".pdf"}, "/name", "200"),
        ({"name": "表.exe"}, "/name", "只收 PDF、OFD、JPEG、PNG、DOCX、XLSX"),
        ({"name": "表.docm"}, "/name", "只收"),
        ({"name": "pdf"}, "/name", "只收"),
        ({"size": 0}, "/size", "空"),
        ({"size": -1}, "/size", "空"),
        ({"size": MOST_BYTES + 1}, "/size", "50 MB"),
        ({"sha256": "F" * 64}, "/sha256", "64 位"),
        ({"sha256": "a" * 63}, "/sha256", "64 位"),
    ],
)
def test_an_announcement_of_an_unacceptable_file_is_refused(
    client: TestClient, changes: dict[str, Any], pointer: str, words: str
) -> None:
    answer = announce(client, pdf_of(100), **changes)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["message"]


def test_the_largest_file_and_the_longest_name_are_announced(client: TestClient) -> None:
    told = announce(client, pdf_of(100), size=MOST_BYTES, name="长" * 196 + ".pdf")
    assert (told.status_code, told.json()["parts"]) == (201, 10)


@pytest.mark.parametrize(
    "body",
    [[], {}, {"name": "a.pdf", "size": 1}, {"name": 1, "size": 1, "sha256": "a" * 64}]
    + [{"name": "a.pdf", "size": size, "sha256": "a" * 64} for size in (True, 1.5, 5.0, "5")]
    + [{"name": "a.pdf", "size": 1, "sha256": "a" * 64, "url": ""}],
)
def test_an_announcement_of_another_shape_is_malformed(client: TestClient, body: Any) -> None:
    assert client.post(API, json=body).status_code == 400


def test_an_announcement_in_another_type_is_refused(client: TestClient) -> None:
    assert client.post(API, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


def test_a_name_is_stored_in_nfc_and_never_returned_in_errors(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = send(client, pdf_of(99), "C:\\fakepath\\e\u0301示例甲.pdf")
        assert answer.json()["name"] == "\u00e9示例甲.pdf"
        refused = send(client, b"MZ", "示例甲.pdf")
    assert refused.status_code == 422
    assert "示例甲" not in refused.text
    assert not [record for record in caplog.records if "示例甲" in str(record.msg) or "%E7%A4" in str(record.msg)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("表.pdf", b"MZ" + bytes(100), "内容不是这里收的格式"),
        ("表.docx", pdf_of(100), "后缀改成 .pdf"),
        ("表.pdf", docx(), "后缀改成 .docx"),
        ("表.docx", zip_of("a.txt"), "压缩包"),
    ],
)
def test_completion_checks_the_type_by_content(
    client: TestClient, services: Services, name: str, content: bytes, words: str
) -> None:
    told = announce(client, content, name).json()
    send_part(client, told, content, 1)
    answer = complete(client, told)
    assert (answer.status_code, answer.json()["title"]) == (422, "文件没有收下")
    assert words in answer.json()["detail"]
    assert standing_of(services.blobs, sha256(content)) != "ready"


def test_content_that_differs_from_its_announcement_is_refused(client: TestClient, services: Services) -> None:
    content = pdf_of(100)
    told = announce(client, content, sha256=sha256(b"other")).json()
    assert send_part(client, told, content, 1).status_code == 204
    answer = complete(client, told)
    assert answer.status_code == 422
    assert "missing" not in answer.json()
    assert standing_of(services.blobs, sha256(b"other")) == "gone"


def test_a_part_that_was_changed_on_the_way_is_to_be_sent_again(client: TestClient) -> None:
    content = pdf_of(100)
    told = announce(client, content).json()
    ticket = client.post(f"{API}/{told['id']}/parts/1", json={"sha256": sha256(content)}, headers=bearer(told)).json()
    where, headers = urlsplit(ticket["url"]).path, ticket["headers"]
    assert client.put(where, headers=headers, content=content[:-1] + b"?").status_code == 400
    assert client.put(where, headers={**headers, "Content-Digest": "md5=:x:"}, content=content).status_code == 400
    short = {**headers, "Content-Digest": digest_header(content[:-1])}
    refused = client.put(where, headers=short, content=content[:-1])
    assert (refused.status_code, refused.json()["missing"]) == (409, [1])
    assert client.put(where, headers=headers, content=content + bytes(PART_BYTES)).status_code == 413
    assert complete(client, told).json()["missing"] == [1]
    assert client.put(where, headers=headers, content=content).status_code == 204
    assert complete(client, told).status_code == 200


def digest_header(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.mark.parametrize("part", ["0", "2", "-1", "x", "1.0", "999999999", "１"])
def test_a_part_number_outside_the_file_is_404(client: TestClient, part: str) -> None:
    told = announce(client, pdf_of(100)).json()
    answer = client.post(f"{API}/{told['id']}/parts/{part}", json={"sha256": "a" * 64}, headers=bearer(told))
    assert answer.status_code == 404


def test_a_cancelled_upload_is_forgotten(client: TestClient) -> None:
    content = pdf_of(100)
    told = announce(client, content).json()
    send_part(client, told, content, 1)
    for _ in range(2):
        assert client.delete(f"{API}/{told['id']}", headers=bearer(told)).status_code == 204
    assert client.get(f"{API}/{told['id']}", headers=bearer(told)).json()["arrived"] == []
    assert send_part(client, told, content, 1).status_code == 404
    assert complete(client, told).status_code == 409


def calls(told: dict[str, Any]) -> list[tuple[str, str, Any]]:
    at = f"{API}/{told['id']}"
    return [
        ("GET", at, None),
        ("DELETE", at, None),
        ("POST", f"{at}/parts/1", {"sha256": "a" * 64}),
        ("PUT", f"{at}/parts/1", {}),
        ("POST", f"{at}/completion", None),
    ]


def test_every_route_requires_the_token_of_its_upload(client: TestClient, clock: Clock) -> None:
    mine, other = announce(client, pdf_of(100)).json(), announce(client, pdf_of(101)).json()
    head, payload, mac = mine["token"].split(".")
    wrong = [
        "",
        "Bearer",
        f"Basic {mine['token']}",
        f"Bearer {other['token']}",
        f"Bearer {head}.{payload}.{'A' * 43}",
        f"Bearer 0009-00000000.{payload}.{mac}",
        f"Bearer {head}.{payload[:-4]}.{mac}",
        "Bearer x.y.z",
    ]
    for header in wrong:
        for method, at, body in calls(mine):
            answer = client.request(method, at, json=body, headers={"Authorization": header} if header else {})
            assert answer.status_code == 401, (header, method, at)
            assert answer.headers["www-authenticate"] == "Bearer"
    clock.at += timedelta(hours=24, seconds=1)
    assert {client.request(m, at, json=body, headers=bearer(mine)).status_code for m, at, body in calls(mine)} == {401}


def test_vouchers_and_upload_tokens_are_not_interchangeable(client: TestClient, services: Services) -> None:
    told = announce(client, pdf_of(100)).json()
    assert vouched(services.keys, [told["token"]], services.clock()) == frozenset()
    voucher = send(client, pdf_of(100)).json()["voucher"]
    assert client.get(f"{API}/{told['id']}", headers={"Authorization": f"Bearer {voucher}"}).status_code == 401


def test_knowing_a_digest_gives_no_access_to_a_stored_file(client: TestClient) -> None:
    """A file of another filer cannot be used without its bytes, though the store has it."""
    content = pdf_of(100)
    assert send(client, content).status_code == 200
    told = announce(client, content).json()
    assert client.get(f"{API}/{told['id']}", headers=bearer(told)).json()["arrived"] == []
    assert (complete(client, told).status_code, complete(client, told).json()["missing"]) == (409, [1])
