"""Uploads to a real server: stalled ones delay no other client, and a large form needs little memory."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from functions.forms.attachment_field import MOST_BYTES
from tests.local.conftest import Start
from tests.support.files import pdf_of, sha256
from tests.support.web.raw_http import connect, read_answer

STALLED = 50


def test_stalled_parts_delay_no_other_client_and_are_cut(start: Start) -> None:
    server = start(body_seconds="2")
    told = httpx2.post(f"{server.url}/api/attachments", json=announced(pdf_of(1000))).json()
    head = (
        f"PUT /api/attachments/{told['id']}/parts/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {told['token']}\r\n"
        f"Content-Digest: sha-256=:{'A' * 43}=:\r\nContent-Length: 1000\r\n\r\n"
    )
    stalled = [connect(server.port, head.encode() + b"%PDF-") for _ in range(STALLED)]
    try:
        assert httpx2.get(f"{server.url}/healthz").status_code == 200
        assert {read_answer(connection)[0] for connection in stalled} == {408}
        assert all(connection.recv(1) == b"" for connection in stalled), "and then closed"
    finally:
        for connection in stalled:
            connection.close()


def test_a_part_without_a_token_is_refused_before_its_body(start: Start) -> None:
    server = start(body_seconds="1")
    head = b"PUT /api/attachments/%s/parts/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5242880\r\n\r\n" % (b"0" * 32)
    with connect(server.port, head) as connection:
        assert read_answer(connection)[0] == 401
        assert connection.recv(1) == b""


@pytest.mark.one_machine
def test_a_form_with_a_file_of_50_mb_is_taken_in_constant_memory(start: Start) -> None:
    """Less than half of the file: a part at a time, and what a request takes anyway."""
    server = start(workers="1")
    upload(server.url, 1000)
    before = forget_peak(server.process.pid)
    answer = upload(server.url, MOST_BYTES)
    assert answer.status_code == 200
    assert "50 MB" in answer.text
    assert peak(server.process.pid) - before < MOST_BYTES / 2


def announced(content: bytes) -> dict[str, str | int]:
    return {"name": "扫描件.pdf", "size": len(content), "sha256": sha256(content)}


def upload(url: str, size: int) -> httpx2.Response:
    """The body with which a browser uploads a file of this size in an empty form."""
    files = {"upload:files.scans": ("扫描件.pdf", pdf_of(size), "application/pdf")}
    fields = {"action": "upload:files.scans"}
    return httpx2.post(f"{url}/forms/annual-self-check/files", data=fields, files=files, timeout=60)


def forget_peak(pid: int) -> int:
    """The resident size of the process from which its largest is counted anew: at the start it may have been larger."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return peak(pid)


def peak(pid: int) -> int:
    """The largest resident size that the process has had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) * 1024
