"""A stored file as a download: its length, its tag, and a requested range."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from functions.web.http.stored_file import StoredFile, part_of

CONTENT = bytes(range(100))
DIGEST = "ab" * 32
TAG = f'"{DIGEST}"'


class Kept:
    """A file in pieces of seven bytes, and whether it was let go."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = False

    def pieces(self) -> Iterator[bytes]:
        try:
            for start in range(0, len(CONTENT), 7):
                self.read += 1
                yield CONTENT[start : start + 7]
        finally:
            self.closed = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = StoredFile(self.pieces(), size=100, digest=DIGEST, filename="表.pdf", media_type="application/pdf")
        await file(scope, receive, send)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def client(kept: Kept) -> TestClient:
    return TestClient(kept)


def test_a_full_response_states_length_and_type(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    told = [answer.headers[name] for name in ("content-length", "accept-ranges", "etag")]
    assert told == ["100", "bytes", TAG]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=7-13", 7, 14), ("bytes=5-94", 5, 95), ("bytes=95-", 95, 100),
     ("bytes=90-500", 90, 100), ("bytes=-3", 97, 100), ("bytes=-500", 0, 100), ("Bytes=0-99", 0, 100)],
)  # fmt: skip
def test_a_range_reads_only_its_part(client: TestClient, kept: Kept, asked: str, start: int, stop: int) -> None:
    answer = client.get("/", headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/100"
    assert answer.headers["content-length"] == str(stop - start)
    assert kept.read == -(-stop // 7)
    assert kept.closed


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(client: TestClient, asked: str) -> None:
    answer = client.get("/", headers={"range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == "bytes */100"
    assert answer.headers["content-length"] == "0"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "rows=0-1", "bytes=x-1", "bytes 0-1"])
def test_an_invalid_range_gives_the_whole_file(client: TestClient, asked: str) -> None:
    answer = client.get("/", headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize(
    ("tag", "status"), [(TAG, 206), ('"cd"', 200), (f"W/{TAG}", 200), ("Mon, 30 Nov 2026 00:00:00 GMT", 200)]
)
def test_if_range_serves_a_part_only_of_the_same_file(client: TestClient, tag: str, status: int) -> None:
    assert client.get("/", headers={"range": "bytes=50-", "if-range": tag}).status_code == status


def test_head_describes_the_file_without_reading_it(client: TestClient, kept: Kept) -> None:
    answer = client.head("/", headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "100")
    assert kept.read == 0


def test_a_range_of_an_empty_file_is_empty() -> None:
    assert part_of("bytes=0-", 0) == range(0)
    assert part_of("bytes=-1", 0) == range(0)
