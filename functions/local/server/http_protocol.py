"""HTTP as the one-machine server speaks it: patient, within bounds, in Chinese, 1.0 without chunks; knows no path."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from functions.web.http.problems import HttpProblem, answer_json

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

UNREADABLE = "这个请求不合 HTTP 的写法，或者地址太长。请从本网站的页面重新打开，不要自己改地址"
TOO_LONG: Final = "地址太长，最多 {} KB。请从本网站的页面重新打开，不要自己改地址"
TOO_MUCH: Final = "请求的标头太多或者太长，最多 {} 个、{} KB。请清除本网站的 Cookie，再打开一次"
KB: Final = 1024
LONGEST_URL: Final = 32 * KB
MOST_HEADERS: Final = 100
LARGEST_HEAD: Final = 64 * KB
# A client that reads less than so many bytes a second, over so many seconds, is cut. A line of 256 kbit/s takes eight
# times as much.
LEAST_READ_PER_SECOND: Final = 4096
READ_SECONDS: Final = 15


async def _send_unchunked(cycle: RequestResponseCycle, message: ASGISendEvent) -> None:
    """Send to a client of HTTP/1.0, which knows no chunks: closing the connection ends a body without a length."""
    if message["type"] == "http.response.start":
        names = {name.lower() for name, _ in message.get("headers", ())}
        if b"content-length" not in names:
            cycle.chunked_encoding = False
            cycle.scope["qingdan.until_closed"] = True  # type: ignore[typeddict-unknown-key]
    elif message["type"] == "http.response.body" and "qingdan.until_closed" in cycle.scope:
        # uvicorn counts the announced length: for such a body, accept whatever comes.
        cycle.expected_content_length = len(message.get("body", b""))
    await RequestResponseCycle.send(cycle, message)


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that waits only so long for the headers of a request, and for the answer to be read: uvicorn itself
    would wait for ever, and keep headers of any size.

    One timer a connection, restarted when it fires: two for each request would cost more than reading the headers.
    """

    header_seconds: ClassVar[int] = 15
    read_seconds: ClassVar[float] = READ_SECONDS
    timer: asyncio.TimerHandle | None = None
    waiting_since: float | None = None
    reading: asyncio.TimerHandle | None = None
    refusal: HttpProblem | None = None
    # How many bytes of headers this request has, and how many have come since it last got on: since its headers, or a
    # part of its body, were complete. What is not complete is kept by the parser, however much it is.
    head: int = 0
    pending: int = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self.timer = self.loop.call_later(self.header_seconds, self._look)

    def data_received(self, data: bytes) -> None:
        self.pending += len(data)
        super().data_received(data)
        if self.pending > LARGEST_HEAD and not self.transport.is_closing():
            self.refusal = _too_much()
            self.send_400_response("")
        elif self.waiting_since is None and (self.cycle is None or self.cycle.response_complete):
            self.waiting_since = self.loop.time()

    def on_message_begin(self) -> None:
        self.head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_URL:
            self._refuse(HttpProblem(414, TOO_LONG.format(LONGEST_URL // KB), headers={"Connection": "close"}))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self.head += len(name) + len(value)
        if len(self.headers) > MOST_HEADERS or self.head > LARGEST_HEAD:
            self._refuse(_too_much())

    def on_headers_complete(self) -> None:
        self.waiting_since, self.pending = None, 0
        super().on_headers_complete()

        if self.cycle is not None and self.parser.get_http_version() == "1.0":
            self.cycle.send = partial(_send_unchunked, self.cycle)  # type: ignore[method-assign]

    def on_body(self, body: bytes) -> None:
        self.pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.pending = 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self.timer, self.reading):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP as any other mistake, not by uvicorn's English line."""
        problem = self.refusal or HttpProblem(400, UNREADABLE, headers={"Connection": "close"})
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            answer = answer_json(problem)
            head = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
            self.transport.write(STATUS_LINE[problem.status] + head + b"\r\n" + bytes(answer.body))
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        if self.reading is not None:
            self.reading.cancel()
            self.reading = None
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        # To close is to wait until what is left has been read.
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def _watch_reading(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self.reading = self.loop.call_later(self.read_seconds, self._look_at_reading, waiting)

    def _look_at_reading(self, before: int) -> None:
        """Cut a client that takes too little; until it has taken enough for more to be written, nothing is added."""
        taken = before - self.transport.get_write_buffer_size()
        if taken < LEAST_READ_PER_SECOND * self.read_seconds:
            self.transport.abort()
        else:
            self._watch_reading()

    def _refuse(self, problem: HttpProblem) -> None:
        """Read no further: the parser gives up, and send_400_response says why."""
        self.refusal = problem
        raise ValueError

    def _look(self) -> None:
        waited = 0.0 if self.waiting_since is None else self.loop.time() - self.waiting_since
        if waited >= self.header_seconds:
            self.transport.close()
        else:
            self.timer = self.loop.call_later(self.header_seconds - waited, self._look)


def _too_much() -> HttpProblem:
    return HttpProblem(431, TOO_MUCH.format(MOST_HEADERS, LARGEST_HEAD // KB), headers={"Connection": "close"})
