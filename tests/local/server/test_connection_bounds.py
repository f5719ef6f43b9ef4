"""What a connection may make the server keep: a URL, headers and trailers of so much, and no answer unread for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from functions.local.server.http_protocol import (
    LARGEST_HEAD,
    LEAST_READ_PER_SECOND,
    LONGEST_URL,
    MOST_HEADERS,
    PatientProtocol,
)

START = b"GET / HTTP/1.1\r\n"
READ_SECONDS = 10


class Line(asyncio.Transport):
    """The other end of a connection: what was written, how much of it nobody has read yet, and whether it was cut."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unread = 0
        self.closed = self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """As a transport does."""

    def resume_reading(self) -> None:
        """As a transport does."""

    @property
    def status(self) -> int:
        return int(self.written.split(b" ", 2)[1]) if self.written else 0


class Loop:
    """Timers that ring when a test says so."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self.timers = loop, list[tuple[float, Callable[..., None], tuple[object, ...]]]()

    def call_later(self, delay: float, call: Callable[..., None], *given: object) -> asyncio.TimerHandle:
        self.timers.append((delay, call, given))
        return self._loop.call_later(1e6, call, *given)

    def ring(self) -> None:
        """The timer that was set last."""
        _, call, given = self.timers.pop()
        call(*given)

    def time(self) -> float:
        return 0.0

    def create_task(self, work: Awaitable[None], **given: object) -> asyncio.Task[None]:
        return self._loop.create_task(work, **given)  # type: ignore[arg-type]


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        """Until all has come."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def connected() -> tuple[PatientProtocol, Line, Loop]:
    loop = Loop(asyncio.get_running_loop())
    config = uvicorn.Config(answer, interface="asgi3", lifespan="off", log_config=None)
    made = type("Protocol", (PatientProtocol,), {"read_seconds": READ_SECONDS})
    protocol, line = made(config, ServerState(), {}, loop), Line()
    protocol.connection_made(line)
    return protocol, line, loop


def sent(*pieces: bytes) -> Line:
    """The line after these pieces were sent one after the other, as long as it was open."""

    async def scenario() -> Line:
        protocol, line, _ = connected()
        for piece in pieces:
            if not line.closed:
                protocol.data_received(piece)
                for _ in range(3):
                    await asyncio.sleep(0)
        return line

    return asyncio.run(scenario())


def header(size: int, name: bytes = b"x") -> bytes:
    return name + b": " + b"a" * (size - len(name)) + b"\r\n"


@pytest.mark.parametrize(("length", "status"), [(LONGEST_URL, 200), (LONGEST_URL + 1, 414)])
def test_a_url_has_a_bound(length: int, status: int) -> None:
    line = sent(b"GET /" + b"a" * (length - 1) + b" HTTP/1.1\r\n\r\n")
    assert (line.status, line.closed) == (status, status != 200)


@pytest.mark.parametrize(("count", "status"), [(MOST_HEADERS, 200), (MOST_HEADERS + 1, 431)])
def test_headers_are_counted(count: int, status: int) -> None:
    assert sent(START + b"x: a\r\n" * count + b"\r\n").status == status


@pytest.mark.parametrize(("size", "status"), [(LARGEST_HEAD, 200), (LARGEST_HEAD + 1, 431)])
def test_headers_have_a_size(size: int, status: int) -> None:
    line = sent(START + header(size // 2) + header(size - size // 2) + b"\r\n")
    assert line.status == status
    if status == 431:
        told = json.loads(line.written.partition(b"\r\n\r\n")[2])
        assert (told["status"], "64 KB" in told["detail"]) == (431, True)


@pytest.mark.parametrize(
    "begin",
    [
        b"GET /",
        START + b"x: ",
        START + b"x",
        b"",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
)
def test_what_never_comes_to_an_end_is_not_read_on(begin: bytes) -> None:
    """Of a header without an end, a trailer, or lines before a request, the parser would keep what it gets."""
    filler = b"\r\n" * 5000 if not begin else b"a" * 10_000
    read = 0

    async def scenario() -> Line:
        nonlocal read
        protocol, line, _ = connected()
        protocol.data_received(begin)
        while not line.closed:
            protocol.data_received(filler)
            read += len(filler)
            assert read <= LARGEST_HEAD + 2 * len(filler)
        return line

    assert asyncio.run(scenario()).status in (414, 431)


def test_a_body_in_many_pieces_is_no_head() -> None:
    piece = b"400\r\n" + b"a" * 1024 + b"\r\n"
    begin = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert sent(begin, *[piece] * 200, b"0\r\n\r\n").status == 200


@pytest.mark.parametrize(("taken", "cut"), [(LEAST_READ_PER_SECOND * READ_SECONDS, False), (0, True), (40_000, True)])
def test_an_answer_is_read_at_a_least_rate_or_cut(taken: int, cut: bool) -> None:
    async def scenario() -> None:
        protocol, line, loop = connected()
        protocol.data_received(START + b"\r\n")
        await asyncio.sleep(0)
        line.unread = 1_000_000
        protocol.pause_writing()
        line.unread -= taken
        loop.ring()
        assert line.aborted is cut
        if not cut:
            loop.ring()
            assert line.aborted, "in the next while it took nothing"

    asyncio.run(scenario())


def test_who_reads_on_is_left_alone() -> None:
    async def scenario() -> None:
        protocol, line, _ = connected()
        line.unread = 100_000
        protocol.pause_writing()
        watching = protocol.reading
        line.unread = 0
        protocol.resume_writing()
        assert watching is not None
        assert watching.cancelled()
        assert protocol.reading is None

    asyncio.run(scenario())


@pytest.mark.parametrize("unread", [0, 1])
def test_what_is_left_unread_when_nothing_more_is_asked_for_keeps_no_connection(unread: int) -> None:
    async def scenario() -> None:
        protocol, line, _ = connected()
        line.unread = unread
        protocol.timeout_keep_alive_handler()
        assert (line.closed, line.aborted) == (True, bool(unread))

    asyncio.run(scenario())
